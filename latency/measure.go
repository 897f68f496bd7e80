package latency

import (
	"context"
	"errors"

	"fbnas/devices"
	"fbnas/latency/wire"
)

// strikes is how often a model may end the agent, and how often an agent may end
// without progress.
const strikes = 2

// Measure measures every round that is not in req.Done. A lost agent is started
// again for the rest; a model that ends it twice becomes a failure, and the
// others are measured.
func (h *Host) Measure(ctx context.Context, req Request) error {
	if err := req.Options.Validate(); err != nil {
		return err
	}
	if _, err := h.mode(ctx, req.Options); err != nil {
		return err
	}
	j := newJob(req)
	for idle := 0; ; {
		batches := j.remaining()
		if len(batches) == 0 {
			return nil
		}
		if err := h.pushAll(ctx, j, batches); err != nil {
			return h.explain("measure", err)
		}
		if err := h.settle(ctx, j); err != nil {
			return h.explain("measure", err)
		}
		before := j.progress
		err := h.run(ctx, j.request(batches), h.watching(ctx, j))
		var lost *lostError
		switch {
		case kindOf(err) == wire.ErrorUnstable:
			if err := h.recover(ctx, j, err); err != nil {
				return h.explain("measure", err)
			}
			continue
		case devices.IsFinal(err):
			return h.explain("measure", err)
		case errors.As(err, &lost) || kindOf(err) == wire.ErrorTimeout:
			h.log.Warn("the agent is started again", "error", err, "model", j.culprit)
		case err != nil:
			return h.explain("measure", err)
		case len(j.remaining()) > 0:
			return h.explain("measure", &wire.Error{Kind: wire.ErrorProtocol, Detail: "the agent ended without measuring everything"})
		}
		if errors.Is(err, wire.ErrCut) && !devices.IsLost(lost.exit) {
			if err := j.blame(lost); err != nil {
				return h.explain("measure", err)
			}
		}
		if idle++; j.progress > before {
			idle = 0
		}
		if idle >= strikes && err != nil {
			return h.explain("measure", err)
		}
	}
}

func (h *Host) pushAll(ctx context.Context, j *job, batches []wire.Batch) error {
	if err := h.push(ctx, j.req.Sentinel); err != nil {
		return err
	}
	for _, b := range batches {
		for _, digest := range b.Models {
			if err := h.push(ctx, j.models[digest]); err != nil {
				return err
			}
		}
	}
	return nil
}
