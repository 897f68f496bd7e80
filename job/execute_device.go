package job

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
	"fbnas/onnxexport"
)

// requestBytes is about how many bytes of images are sent to a device at once,
// and about how many come back.
const requestBytes = 16 << 20

// session opens a file on the device, in ONNX Runtime on one of the fastest
// cores.
func (d Device) session(ctx context.Context, env *Env, s *deviceSession) (*openFile, error) {
	if s.inRun = s.feed.AtOnce(); s.feed.Batch == onnxexport.AnyBatch {
		s.open = s.inRun
	}
	if s.inRun > latency.MaxInputs/s.image {
		return nil, fault.New(fault.Failure, "Export it with a smaller --batch, or with --batch symbolic.",
			"a run takes %d images of %s, and a device is given %s at once", s.inRun, text.Bytes(int64(s.image)), text.Bytes(latency.MaxInputs))
	}
	host, err := d.open(ctx, env)
	if err != nil {
		return nil, err
	}
	device, condition, err := host.Identity(ctx, asApplication)
	if err != nil {
		return nil, errors.Join(err, host.Close())
	}
	s.host = host
	info, feed := deviceOf(d.Name, device), s.feed
	feed.Batch = s.batch()
	return &openFile{s, feed, RanOn{EngineORT, condition.Runtime, &info}}, nil
}

// asApplication leaves a phone in its usual mode, since nothing is timed.
var asApplication = latency.Options{DefaultMode: true}

// deviceSession is a file on a device. Its batch is the number of images sent at
// once.
type deviceSession struct {
	host     *latency.Host
	model    latency.Model
	feed     onnxexport.Feed // as the file is fed
	image    int             // bytes per image
	values   int             // that come back per image
	inRun    int             // images per run on the device
	open     int             // the same where the file leaves it open; otherwise 0
	images   int             // that will be run in all
	done     int
	progress func(done int)
}

// batch is a multiple of the images per run.
func (s *deviceSession) batch() int {
	fit, needed := requestBytes/s.inRun/max(s.image, 4*s.values), (s.images+s.inRun-1)/s.inRun
	return max(1, min(fit, needed)) * s.inRun
}

func (s *deviceSession) Run(ctx context.Context, feeds engine.Feeds) (engine.Results, error) {
	in := latency.Inputs{Bytes: feeds[s.feed.Input].Bytes, Batch: s.open}
	for _, v := range feeds[s.feed.Input].Floats {
		in.Bytes = binary.LittleEndian.AppendUint32(in.Bytes, math.Float32bits(v))
	}
	images := len(in.Bytes) / s.image
	in.Values = images * s.values
	in.OnValues = func(n int) { s.progress(min(s.done+n/s.values, s.images)) }
	values, err := s.host.Compute(ctx, s.model, in, asApplication)
	if err != nil {
		return nil, err
	}
	if len(values) != images*s.values {
		return nil, fmt.Errorf("%s gave %d numbers for %d images, not %d for each", s.model.Name, len(values), images, s.values)
	}
	s.done += images
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = float64(v)
	}
	return engine.Results{s.feed.Output: out}, nil
}

func (s *deviceSession) Close() error { return s.host.Close() }
