package wire

import "fmt"

// Validate refuses requests that the agent must not act on.
func (r *Request) Validate() error {
	if err := CheckVersion(r.Protocol); err != nil {
		return err
	}
	switch r.Op {
	case OpSelftest:
		return nil
	case OpMeasure:
	case OpShares:
		return r.ofOne()
	case OpCompute:
		if err := r.Inputs.validate(); err != nil {
			return err
		}
		return r.ofOne()
	default:
		return fmt.Errorf("unknown operation %q", r.Op)
	}
	if err := r.Options.validate(); err != nil {
		return err
	}
	if !finite(r.SentinelUS...) {
		return fmt.Errorf("sentinel_us holds a value that is not a time")
	}
	if len(r.Batches) > 0 && !IsDigest(r.Sentinel) {
		return fmt.Errorf("sentinel %q is not a digest", r.Sentinel)
	}
	models := 0
	for _, b := range r.Batches {
		models += len(b.Models)
		if len(b.Models) > MaxBatch || models > MaxModels {
			return fmt.Errorf("batch %d: more than %d models in a batch or %d in all", b.Batch, MaxBatch, MaxModels)
		}
		for _, m := range b.Models {
			if !IsDigest(m) || m == r.Sentinel {
				return fmt.Errorf("batch %d: model %q is not a digest, or the sentinel's", b.Batch, m)
			}
		}
	}
	return nil
}

// ofOne checks what all requests for a single model have in common.
func (r *Request) ofOne() error {
	if len(r.Batches) != 1 || len(r.Batches[0].Models) != 1 {
		return fmt.Errorf("%s needs exactly one model", r.Op)
	}
	if m := r.Batches[0].Models[0]; !IsDigest(m) {
		return fmt.Errorf("model %q is not a digest", m)
	}
	return r.Options.validate()
}

func (in *Inputs) validate() error {
	switch {
	case in == nil:
		return fmt.Errorf("there are no inputs")
	case in.Bytes < 1 || in.Bytes > MaxInputs:
		return fmt.Errorf("inputs of %d bytes; 1 to %d are possible", in.Bytes, MaxInputs)
	case !IsDigest(in.SHA256):
		return fmt.Errorf("inputs %q is not a digest", in.SHA256)
	case in.Batch < 0 || in.Batch > MaxInputs:
		return fmt.Errorf("a batch of %d", in.Batch)
	}
	return nil
}

func (o *Options) validate() error {
	switch {
	case o.GroupUS < 0 || o.WarmUpUS < 0 || o.MemoryBytes < 0 || o.Repeats < 0:
		return fmt.Errorf("a negative option")
	case o.ModelTimeoutUS <= 0 || o.HeartbeatUS <= 0:
		return fmt.Errorf("model_timeout_us and heartbeat_us must be positive")
	case o.MinRuns < 1 || o.MaxRuns < o.MinRuns || o.MaxRuns > 1_000_000:
		return fmt.Errorf("runs of a group from %d to %d", o.MinRuns, o.MaxRuns)
	case o.Threads < 1 || o.Threads > 1024:
		return fmt.Errorf("%d threads", o.Threads)
	}
	return nil
}

func (h *Hello) check() error { return CheckVersion(h.Protocol) }

func (b *Begin) check() error { return checkDigest(b.Digest) }

func (g *GroupRecord) check() error {
	if g.Runs < 1 || g.Dirty < 0 || g.Dirty > g.Runs || g.MedianUS <= 0 || g.MinUS > g.MedianUS ||
		!finite(g.AtUS, g.MedianUS, g.MinUS, g.ClockUS) {
		return fmt.Errorf("impossible figures: %+v", g.Group)
	}
	if g.Next != "" {
		if err := checkDigest(g.Next); err != nil {
			return err
		}
	}
	return checkDigest(g.Digest)
}

func (r *RoundEnd) check() error { return nil }

func (s *Shares) check() error {
	for _, o := range s.Operators {
		if !finite(o.Share) || o.Nodes < 0 {
			return fmt.Errorf("impossible share: %+v", o)
		}
	}
	return checkDigest(s.Digest)
}

func (o *Outputs) check() error {
	if o.First < 0 || len(o.Values)%4 != 0 || len(o.Values) > 4*MaxValues {
		return fmt.Errorf("%d bytes of values from number %d", len(o.Values), o.First)
	}
	return checkDigest(o.Digest)
}

func (f *Failure) check() error { return checkDigest(f.Digest) }

func (u *Unusual) check() error {
	for _, n := range []int64{u.NaNs, u.Infinite, u.Denormal} {
		if n < 0 || n > u.OutOf {
			return fmt.Errorf("impossible counts: %+v", *u)
		}
	}
	return checkDigest(u.Digest)
}

func (e *Error) check() error { return nil }

func (s *Selftest) check() error { return nil }

func checkDigest(s string) error {
	if !IsDigest(s) {
		return fmt.Errorf("%q is not a digest", s)
	}
	return nil
}
