package agent

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"fbnas/latency/wire"
)

// Runs under the runtime's profiler: the first ones touch memory and are left
// out.
const (
	sharesWarmUp = 3
	sharesRuns   = 20
)

// shares runs the request's only model under the runtime's own profiler.
func (s *server) shares() error {
	digest := s.req.Batches[0].Models[0]
	model, err := s.read(digest)
	if err != nil {
		return err
	}
	if err := s.out.Send(wire.TypeBegin, wire.Begin{Digest: digest}); err != nil {
		return err
	}
	var list []wire.Share
	err = s.guard(digest, func() (err error) {
		list, err = s.machine.Shares(model, s.req.Options.Seed, sharesWarmUp, sharesRuns)
		return err
	})
	var f *wire.Failure
	if errors.As(err, &f) {
		f.Digest = digest
		return s.out.Send(wire.TypeFailure, f)
	}
	if err != nil {
		return err
	}
	return s.out.Send(wire.TypeShares, wire.Shares{Digest: digest, Runs: sharesRuns, Operators: list})
}

// event is the part that is read of an event in ONNX Runtime's profile.
type event struct {
	Category   string  `json:"cat"`
	Name       string  `json:"name"`
	DurationUS float64 `json:"dur"`
	Args       struct {
		Op       string `json:"op_name"`
		Provider string `json:"provider"`
	} `json:"args"`
}

// maxEvents limits what is read of a profile.
const maxEvents = 5_000_000

// sharesOf sums a profile's kernels by operator and provider, without the first
// `skip` runs of each node.
func sharesOf(profile io.Reader, skip int) ([]wire.Share, error) {
	d := json.NewDecoder(profile)
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return nil, fmt.Errorf("the runtime's profile is not a list (%v)", err)
	}
	type kind struct{ op, provider string }
	sums, seen, total := map[kind]*wire.Share{}, map[string]int{}, 0.0
	for read := 0; d.More(); read++ {
		var e event
		if err := d.Decode(&e); err != nil {
			return nil, fmt.Errorf("the runtime's profile: %w", err)
		}
		if read == maxEvents {
			return nil, fmt.Errorf("the runtime's profile has more than %d events", maxEvents)
		}
		if e.Category != "Node" || !strings.HasSuffix(e.Name, "_kernel_time") || !(e.DurationUS >= 0) {
			continue
		}
		k := kind{e.Args.Op, e.Args.Provider}
		if sums[k] == nil {
			sums[k] = &wire.Share{Op: k.op, Provider: k.provider}
		}
		if seen[e.Name]++; seen[e.Name] == 1 {
			sums[k].Nodes++
		}
		if seen[e.Name] > skip {
			sums[k].Share += e.DurationUS
			total += e.DurationUS
		}
	}
	var list []wire.Share
	for _, s := range sums {
		if total > 0 {
			s.Share /= total
		}
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b wire.Share) int {
		return cmp.Or(cmp.Compare(b.Share, a.Share), cmp.Compare(a.Op, b.Op), cmp.Compare(a.Provider, b.Provider))
	})
	return list, nil
}
