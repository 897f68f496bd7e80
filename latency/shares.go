package latency

import (
	"context"
	"errors"
	"fmt"

	"fbnas/latency/wire"
)

// Share is one operator's share of a model's time on one execution provider.
type Share = wire.Share

// Shares measures the share of each kind of operator in a model's time, the
// largest first, by the runtime's own profiler. For a model that cannot be run,
// the error wraps its *Failure.
func (h *Host) Shares(ctx context.Context, m Model, opts Options) ([]Share, error) {
	if err := opts.Validate(); err != nil {
		return nil, err
	}
	if err := h.push(ctx, m); err != nil {
		return nil, h.explain("profile", err)
	}
	if _, err := h.mode(ctx, opts); err != nil {
		return nil, err
	}
	req := wire.Request{Protocol: wire.Protocol, Op: wire.OpShares, Options: opts.WithDefaults().wire(),
		Batches: []wire.Batch{{Models: []string{m.Digest()}}}}
	var list []Share
	err := h.run(ctx, req, func(rec wire.Record) error {
		switch rec.Type {
		case wire.TypeFailure:
			f, err := wire.Decode[wire.Failure](rec)
			return errors.Join(err, &f)
		case wire.TypeShares:
			shares, err := wire.Decode[wire.Shares](rec)
			list = shares.Operators
			return err
		}
		return nil
	})
	var f *Failure
	if errors.As(err, &f) {
		return nil, fmt.Errorf("profile %s: %w", m.Name, f)
	}
	if err != nil {
		return nil, h.explain("profile "+m.Name, err)
	}
	return list, nil
}
