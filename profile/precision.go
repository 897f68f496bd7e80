package profile

import (
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// Format is the number format of the models that a table holds.
type Format struct {
	Precision string // latency.FP32, which "" means too, or latency.Int8
	Arch      string // of the device, as GOARCH: its kernels decide the activations of int8 models
}

// formatOf is the format of a table's models.
func formatOf(t *lut.Table) Format {
	return Format{t.Header.Condition.Precision, t.Header.Device.Model.Arch}
}

// in is s in the format, by what quantises it.
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
