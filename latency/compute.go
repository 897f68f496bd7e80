package latency

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"

	"fbnas/devices"
	"fbnas/latency/wire"
)

// MaxInputs is the most bytes of inputs that a model is given at once.
const MaxInputs = wire.MaxInputs

// Inputs are the inputs of a model with one input, for one run after the other:
// tensors in memory layout, row-major and little-endian, of float32 or uint8.
type Inputs struct {
	Bytes []byte
	// Batch is the length of the first dimension where the model leaves it open.
	Batch int
	// Values is the most values that may come back (default: MaxInputs), so that
	// a device cannot fill this machine's memory.
	Values int
	// OnValues, where it is not nil, is told how many values have come back.
	OnValues func(n int)
}

// Compute runs the model on the inputs and returns the exact float32 values of
// its one output, run after run. For a model that cannot be run, the error wraps
// its *Failure. An agent that is lost is started once more: the inputs travel
// with the request, and nothing of them stays on the device.
func (h *Host) Compute(ctx context.Context, m Model, in Inputs, opts Options) ([]float32, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	if _, err := h.mode(ctx, opts); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		values, err := h.compute(ctx, m, in, opts)
		var lost *lostError
		if try < strikes && errors.As(err, &lost) && !devices.IsFinal(err) {
			h.log.Warn("the agent is started again", "error", err, "model", m.Name)
			continue
		}
		var f *Failure
		if errors.As(err, &f) {
			return nil, fmt.Errorf("run %s on %s: %w", m.Name, h.conn.Name(), f)
		}
		if err != nil {
			return nil, h.explain("run "+m.Name, err)
		}
		return values, nil
	}
}

func (h *Host) compute(ctx context.Context, m Model, in Inputs, opts Options) ([]float32, error) {
	if err := h.push(ctx, m); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(in.Bytes)
	req := wire.Request{
		Protocol: wire.Protocol, Op: wire.OpCompute, Options: opts.WithDefaults().wire(),
		Batches: []wire.Batch{{Models: []string{m.Digest()}}},
		Inputs:  &wire.Inputs{Bytes: int64(len(in.Bytes)), SHA256: hex.EncodeToString(sum[:]), Batch: in.Batch},
	}
	if err := req.Validate(); err != nil {
		return nil, err
	}
	most := cmp.Or(in.Values, MaxInputs)
	var values []float32
	err := h.ask(ctx, req, in.Bytes, func(rec wire.Record) error {
		switch rec.Type {
		case wire.TypeFailure:
			f, err := wire.Decode[wire.Failure](rec)
			return errors.Join(err, &f)
		case wire.TypeOutputs:
			out, err := wire.Decode[wire.Outputs](rec)
			if err == nil && (out.First != int64(len(values)) || out.Digest != req.Batches[0].Models[0]) {
				err = &wire.CorruptError{Line: rec.Seq, Reason: fmt.Sprintf("values from number %d, want %d", out.First, len(values))}
			}
			if err != nil {
				return err
			}
			if len(values)+len(out.Values)/4 > most {
				return fmt.Errorf("it gives more than the %d values that are expected", most)
			}
			for b := out.Values; len(b) > 0; b = b[4:] {
				values = append(values, math.Float32frombits(binary.LittleEndian.Uint32(b)))
			}
			if in.OnValues != nil {
				in.OnValues(len(values))
			}
		}
		return nil
	})
	return values, err
}
