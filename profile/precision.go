package profile

import (
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// Format is the number format of a table's models.
type Format struct {
	Precision string // latency.FP32 (also "") or latency.Int8
	Arch      string // of the device, a GOARCH: its kernels decide the activations of int8 models
}

// formatOf is the format of a table's models.
func formatOf(t *lut.Table) Format {
	return Format{t.Header.Condition.Precision, t.Header.Device.Model.Arch}
}

// in converts s to the format; quantise quantises it if needed.
func (f Format) in(quantise func(onnxexport.Sample, quantize.Options) (onnxexport.Sample, error), s onnxexport.Sample, err error) (onnxexport.Sample, error) {
	if err != nil || f.Precision != latency.Int8 {
		return s, err
	}
	return quantise(s, quantize.Options{Activations: quantize.ActivationsFor(f.Arch)})
}

func (f Format) block(b models.Block) (onnxexport.Sample, error) {
	s, err := onnxexport.Block(b, 1)
	return f.in(quantize.Inner, s, err)
}

func (f Format) network(name string, blocks []models.Block) (onnxexport.Sample, error) {
	s, err := onnxexport.Network(name, blocks, 1, 1)
	return f.in(quantize.Sample, s, err)
}
