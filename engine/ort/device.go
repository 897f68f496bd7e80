package ort

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unsafe"

	ortgo "github.com/yalue/onnxruntime_go"

	"fbnas/graph"
	"fbnas/internal/ortc"
	"fbnas/onnx"
)

// table is the loaded library's C interface, for what the binding does not
// offer: tensors that are not in ordinary memory.
var table = sync.OnceValues(func() (*ortc.Runtime, error) { return ortc.Open(environment.library) })

func openDevice(p ortc.Place) (*ortc.Device, error) {
	rt, err := table()
	if err != nil {
		return nil, err
	}
	if p.CUDA != nil {
		if err := offers(rt, "CUDAExecutionProvider"); err != nil {
			return nil, err
		}
	}
	model, err := copying()
	if err != nil {
		return nil, err
	}
	// The error says what could not be loaded; otherwise the runtime would also
	// print its own lines about it to the terminal.
	if err := ortgo.SetEnvironmentLogLevel(ortgo.LoggingLevelFatal); err != nil {
		return nil, err
	}
	defer ortgo.SetEnvironmentLogLevel(ortgo.LoggingLevelError)
	return rt.OpenDevice(p, model)
}

// offers returns an error unless the library was built for the provider.
func offers(rt *ortc.Runtime, provider string) error {
	list, err := rt.Providers()
	if err != nil {
		return err
	}
	if !slices.Contains(list, provider) {
		return fmt.Errorf("the library was built without %s; it has %s", provider, strings.Join(list, ", "))
	}
	return nil
}

// copying is the model that moves tensors of any shape.
func copying() ([]byte, error) {
	b := onnx.NewBuilder("copy", 17)
	x := b.Input(ortc.CopyInput, onnx.Float32, nil)
	b.Node("Identity", []string{x}, []string{ortc.CopyOutput})
	b.Output(ortc.CopyOutput, onnx.Float32, nil)
	m, err := b.Model()
	if err != nil {
		return nil, err
	}
	return m.Bytes()
}

// deviceTensor is a tensor of a state in a device's memory. Programs read and write it there.
type deviceTensor struct {
	ortgo.Value // nil: sessions only call GetInternals
	internals   *ortgo.ValueInternalData
	tensor      *ortc.DeviceTensor
	length      int
}

func newDeviceTensor(d *ortc.Device, shape graph.Shape) (*deviceTensor, error) {
	t, err := d.NewTensor(dimensions(shape))
	if err != nil {
		return nil, err
	}
	// The binding has no way to make a value from an OrtValue; all it needs is
	// one pointer to it (TestInternals).
	internals := new(ortgo.ValueInternalData)
	*(*uintptr)(unsafe.Pointer(internals)) = t.Handle()
	return &deviceTensor{internals: internals, tensor: t, length: shape.Len()}, nil
}

// GetInternals is the method of a value that the binding calls.
func (h *deviceTensor) GetInternals() *ortgo.ValueInternalData { return h.internals }

func (h *deviceTensor) ort() ortgo.Value { return h }

func (h *deviceTensor) read() ([]float32, error) {
	values := make([]float32, h.length)
	return values, h.tensor.Read(values)
}

func (h *deviceTensor) write(values []float32) error { return h.tensor.Write(values) }

func (h *deviceTensor) close() { h.tensor.Close() }
