package job

import (
	"context"
	"fmt"
	"strings"

	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/onnxexport/onnxgo"
)

// The engines that run exported files.
const (
	EngineORT    = "ort"
	EngineOnnxGo = "onnx-go"
)

// Place says where an exported file is run.
type Place struct {
	Device Device // without a name: this process
	Engine string // EngineORT (also ""), or EngineOnnxGo
}

func (p Place) check() error {
	switch {
	case p.Engine != "" && p.Engine != EngineORT && p.Engine != EngineOnnxGo:
		return fault.New(fault.Usage, "Give --engine ort or --engine onnx-go.", "no engine %q", p.Engine)
	case p.Engine == EngineOnnxGo && p.Device.Name != "":
		return fault.New(fault.Usage, "Leave out --device, or --engine.", "devices have ONNX Runtime; onnx-go runs here")
	case p.Device.Record != "" && p.Device.Name == "":
		return fault.New(fault.Usage, "Give --device too.", "--record needs a device: it records what the device says")
	}
	if err := CheckOutputs(p.Device.Record); err != nil {
		return err
	}
	return p.Device.check()
}

// RanOn says in a document what ran a file.
type RanOn struct {
	Engine  string      `json:"engine"`
	Runtime string      `json:"runtime"`
	Device  *DeviceInfo `json:"device"` // null: this process
}

func (r RanOn) String() string {
	if r.Device == nil {
		return r.Runtime + " in this process"
	}
	processor := r.Device.SoC
	if r.Device.Emulator != nil {
		processor = *r.Device.Emulator
	}
	text := fmt.Sprintf("%s on %s (%s)", r.Runtime, r.Device.Name, processor)
	if r.Device.Replayed {
		text += ", as it was recorded"
	}
	return text
}

// execution is an exported file and the number of images to run it on.
type execution struct {
	Place
	path     string
	file     onnxexport.File
	images   int
	progress func(done int) // told how many have been run
}

// openFile is a file that is ready to run.
type openFile struct {
	onnxexport.Session
	feed onnxexport.Feed // in batches of the session
	on   RanOn
}

// open makes the file ready to run.
func (x execution) open(ctx context.Context, env *Env) (*openFile, error) {
	feed, err := onnxexport.FeedOf(x.file.Model, x.file.Metadata)
	if err != nil {
		return nil, fault.New(fault.Failure, "Export it again.", "%s was changed: %w", x.path, err)
	}
	content, err := x.file.Model.Bytes()
	if err != nil {
		return nil, err
	}
	switch {
	case x.Device.Name != "":
		s := &deviceSession{model: latency.Model{Name: x.path, Bytes: content}, feed: feed, images: x.images, progress: x.progress}
		s.image, s.values = sizes(x.file.Model)
		return x.Device.session(ctx, env, s)
	case x.Engine == EngineOnnxGo:
		if feed.Batch == onnxexport.AnyBatch {
			feed.Batch = 1
		}
		s, err := onnxgo.Open(content)
		if err != nil {
			return nil, err
		}
		return &openFile{&countingEvaluator{s, feed.Batch, 0, x.progress}, feed, RanOn{EngineOnnxGo, onnxgo.Version, nil}}, nil
	}
	feed.Batch = feed.AtOnce()
	version, err := runtimeVersion()
	if err != nil {
		return nil, err
	}
	s, err := openModel(content)
	if err != nil {
		return nil, err
	}
	return &openFile{&countingEvaluator{s, feed.Batch, 0, x.progress}, feed, RanOn{EngineORT, version, nil}}, nil
}

// sizes returns the bytes of one input image of a model and the count of numbers
// that it gives for one.
func sizes(m *onnx.Model) (image, values int) {
	const beyondAll = 1 << 40 // keeps the product from overflowing, whatever a changed file says
	product := func(v onnx.Value) int {
		n := 1
		for i, d := range v.Shape {
			if d.Size > int64(beyondAll/n) {
				return beyondAll
			}
			if i > 0 {
				n *= int(max(d.Size, 1))
			}
		}
		return n
	}
	in, out := m.Inputs()[0], m.Outputs()[0]
	return product(in) * int(in.Type.Size()), product(out)
}

// openModel opens an ONNX file's content as an application would.
func openModel(model []byte) (onnxexport.Session, error) {
	library, err := setup.ORTLibrary()
	if err != nil {
		return nil, err
	}
	return ort.Open(model, ort.Options{Library: library, Threads: 1})
}

// runtimeVersion is the version of this process's ONNX Runtime, written as
// devices write it.
func runtimeVersion() (string, error) {
	library, err := setup.ORTLibrary()
	if err != nil {
		return "", err
	}
	version, err := setup.ORTVersion(library)
	return strings.TrimSpace("onnxruntime " + version), err
}
