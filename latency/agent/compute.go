package agent

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"fbnas/latency/wire"
)

const (
	// sendAfter is how long outputs are held back while a record is not full.
	sendAfter = time.Second
	// collectAfter is how many bytes of inputs are read between two runs of the
	// garbage collector.
	collectAfter = 32 << 20
)

// compute runs the request's only model on the inputs that follow the request,
// one run at a time, so that only one run's input is in memory.
func (s *server) compute() error {
	digest := s.req.Batches[0].Models[0]
	model, err := s.read(digest)
	if err != nil {
		return err
	}
	if err := s.out.Send(wire.TypeBegin, wire.Begin{Digest: digest}); err != nil {
		return err
	}
	var c Computation
	err = s.guard(digest, func() (err error) {
		c, err = s.machine.Compute(model, s.req.Inputs.Batch)
		return err
	})
	if err == nil {
		defer c.Close()
		model = nil
		s.machine.Collect() // the model's bytes
		err = s.withinMemory()
	}
	if err == nil {
		err = s.computeAll(digest, c)
	}
	var f *wire.Failure
	if errors.As(err, &f) {
		f.Digest = digest
		return s.out.Send(wire.TypeFailure, f)
	}
	return err
}

// computeAll reads the inputs and sends the outputs. Whether the inputs arrived
// intact is only known at their end; if they did not, all outputs are void.
func (s *server) computeAll(digest string, c Computation) error {
	total, size := s.req.Inputs.Bytes, c.Size()
	if size < 1 || total%size != 0 {
		return &wire.Error{Kind: wire.ErrorProtocol, Detail: fmt.Sprintf("inputs of %d bytes; a run takes %d", total, size)}
	}
	input, sum := make([]byte, size), sha256.New()
	out := outputs{server: s, digest: digest}
	for at := int64(0); at < total; at += size {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		if _, err := io.ReadFull(s.in, input); err != nil {
			return &wire.Error{Kind: wire.ErrorProtocol, Detail: fmt.Sprintf("the inputs end after %d of %d bytes: %v", at, total, err)}
		}
		sum.Write(input)
		if at/collectAfter != (at+size)/collectAfter {
			s.machine.Collect()
		}
		var values []float32
		err := s.guard(digest, func() (err error) {
			values, err = c.Run(input)
			return err
		})
		if err == nil {
			err = out.add(values)
		}
		if err != nil {
			return err
		}
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != s.req.Inputs.SHA256 {
		return &wire.Error{Kind: wire.ErrorModels, Detail: "the inputs do not match their digest"}
	}
	return out.send()
}

// outputs collects values until a record is full or late.
type outputs struct {
	*server
	digest string
	first  int64
	values []byte
	sent   time.Duration
}

func (o *outputs) add(values []float32) error {
	for _, v := range values {
		o.values = binary.LittleEndian.AppendUint32(o.values, math.Float32bits(v))
		if len(o.values) == 4*wire.MaxValues {
			if err := o.send(); err != nil {
				return err
			}
		}
	}
	if o.machine.Now()-o.sent >= sendAfter {
		return o.send()
	}
	return nil
}

func (o *outputs) send() error {
	if len(o.values) == 0 {
		return nil
	}
	err := o.out.Send(wire.TypeOutputs, wire.Outputs{Digest: o.digest, First: o.first, Values: o.values})
	o.first += int64(len(o.values) / 4)
	o.values, o.sent = o.values[:0], o.machine.Now()
	return err
}
