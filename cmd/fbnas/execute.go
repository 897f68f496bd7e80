package main

import (
	"context"
	"fmt"
	"strings"

	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/onnxexport/onnxgo"
)

// The engines that run exported files.
const (
	engineORT    = "ort"
	engineOnnxGo = "onnx-go"
)

// place is where an exported file is run: in this process, or on a device.
type place struct {
	deviceFlags
	engine string
}

func (p *place) check() error {
	switch {
	case p.engine != engineORT && p.engine != engineOnnxGo:
		return fault.New(fault.Usage, "Give --engine ort or --engine onnx-go.", "no engine %q", p.engine)
	case p.engine == engineOnnxGo && p.device != "":
		return fault.New(fault.Usage, "Leave out --device, or --engine.", "devices have ONNX Runtime; onnx-go runs here")
	case p.record != "" && p.device == "":
		return fault.New(fault.Usage, "Give --device too.", "--record is of what a device says")
	}
	if err := job.CheckOutputs(p.record); err != nil {
		return err
	}
	return p.deviceFlags.job().Check()
}

// ranOn says in a document what ran a file.
type ranOn struct {
	Engine  string          `json:"engine"`
	Runtime string          `json:"runtime"`
	Device  *job.DeviceInfo `json:"device"` // null: this process
}

func (r ranOn) String() string {
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

// running is a file that is ready to be run.
type running struct {
	onnxexport.Session
	feed onnxexport.Feed // in batches of the session
	on   ranOn
}

// start makes a file ready for so many images; told hears how many have been
// run.
func (p *place) start(ctx context.Context, a *app, path string, m *onnx.Model, md onnxexport.Metadata, images int, told func(done int)) (*running, error) {
	feed, err := onnxexport.FeedOf(m, md)
	if err != nil {
		return nil, fault.New(fault.Failure, "Export it again.", "%s was changed: %w", path, err)
	}
	content, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	switch {
	case p.device != "":
		s := &deviceSession{model: latency.Model{Name: path, Bytes: content}, feed: feed, images: images, told: told}
		s.image, s.values = sizes(m)
		return p.onDevice(ctx, a, s)
	case p.engine == engineOnnxGo:
		if feed.Batch == onnxexport.AnyBatch {
			feed.Batch = 1
		}
		s, err := onnxgo.Open(content)
		if err != nil {
			return nil, err
		}
		return &running{&counted{s, feed.Batch, 0, told}, feed, ranOn{engineOnnxGo, onnxgo.Version, nil}}, nil
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
	return &running{&counted{s, feed.Batch, 0, told}, feed, ranOn{engineORT, version, nil}}, nil
}

// sizes of an image as a model takes it, in bytes, and of what it gives for one,
// in numbers.
func sizes(m *onnx.Model) (image, values int) {
	const beyondAll = 1 << 40 // what a changed file may say does not overflow
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

// runtimeVersion is that of the ONNX Runtime of this process, as devices say it.
func runtimeVersion() (string, error) {
	library, err := setup.ORTLibrary()
	if err != nil {
		return "", err
	}
	version, err := setup.ORTVersion(library)
	return strings.TrimSpace("onnxruntime " + version), err
}
