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

// quantised is s in the format.
func (f Format) quantised(s onnxexport.Sample, err error) (onnxexport.Sample, error) {
	if err != nil || f.Precision != latency.Int8 {
		return s, err
	}
	return quantize.Sample(s, quantize.Options{Activations: quantize.ActivationsFor(f.Arch)})
}

func (f Format) block(b models.Block) (onnxexport.Sample, error) {
	return f.quantised(onnxexport.Block(b, 1))
}

func (f Format) network(name string, blocks []models.Block) (onnxexport.Sample, error) {
	return f.quantised(onnxexport.Network(name, blocks, 1, 1))
}
