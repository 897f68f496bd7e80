package job

import (
	"context"
	"runtime"

	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/latency"
)

// DoctorResult is the document of fbnas doctor.
type DoctorResult struct {
	ORTVersion *string         `json:"ort_version"`
	ORTPath    *string         `json:"ort_path"`
	Dialect    *ort.Dialect    `json:"dialect"`
	Block      *int            `json:"block"`     // channels per block; null in std
	Providers  []ProviderState `json:"providers"` // what can train
	Cores      int             `json:"cores"`
	Data       []SetupItem     `json:"data"`
	Devices    []DeviceState   `json:"devices"`
	Problems   []Trouble       `json:"problems"`
}

// ProviderState is an execution provider of ONNX Runtime. That one is not ready
// is not a problem: it is used only with --ep.
type ProviderState struct {
	Name   ort.Provider `json:"name"`
	Ready  bool         `json:"ready"`
	Reason *string      `json:"reason"`
	Hint   *string      `json:"hint"`
}

// Trouble is something that does not work, and what to do about it.
type Trouble struct {
	What   string  `json:"what"`
	Reason string  `json:"message"`
	Hint   *string `json:"hint"`
}

func (r *DoctorResult) trouble(what string, err error) {
	r.Problems = append(r.Problems, Trouble{what, err.Error(), orNull(fault.HintOf(err))})
}

// Doctor checks ONNX Runtime, the demo data and this machine as a device, and
// runs the agent's self-tests. The error says whether training, measuring or both
// are impossible; the result says what to do.
func Doctor(ctx context.Context) (*DoctorResult, error) {
	r := &DoctorResult{Cores: runtime.NumCPU(), Providers: []ProviderState{}, Data: []SetupItem{}, Devices: []DeviceState{}, Problems: []Trouble{}}
	engine := r.engine()
	if err := r.data(); err != nil {
		return nil, err
	}
	measuring, err := r.local(ctx)
	if err != nil {
		return nil, err
	}
	if engine != nil || measuring != nil {
		return r, fault.New(fault.Failure, "Each problem in the list says what to do about it.", "not everything works on this machine")
	}
	return r, nil
}

// engine checks what training and measuring run on.
func (r *DoctorResult) engine() error {
	path, err := setup.ORTLibrary()
	if err == nil {
		r.ORTPath = &path
		var stated string
		stated, err = setup.ORTVersion(path)
		r.ORTVersion = orNull(stated)
	}
	if err != nil {
		r.trouble("ONNX Runtime", err)
		return err
	}
	e, err := openEngine(ort.Options{Threads: 1})
	if err != nil {
		r.trouble("ONNX Runtime", err)
		return err
	}
	dialect, block := e.Dialect()
	r.Dialect = &dialect
	if block > 0 {
		r.Block = &block
	}
	for _, p := range []ort.Provider{ort.CPU, ort.CUDA} {
		state := ProviderState{Name: p, Ready: true}
		if err := p.Check(path); err != nil {
			state = ProviderState{Name: p, Reason: orNull(err.Error()), Hint: orNull(fault.HintOf(err))}
		}
		r.Providers = append(r.Providers, state)
	}
	return e.Close()
}

func (r *DoctorResult) data() error {
	states, err := setup.Status(setup.Fashion)
	if err != nil {
		return err
	}
	for _, s := range states {
		r.Data = append(r.Data, setupItemOf(s))
		if !s.Ready {
			r.trouble(s.What, fault.New(fault.Failure, "Run fbnas setup, unless you bring your own data.", "%s", s.Reason))
		}
	}
	return nil
}

// local checks this machine as a device; the agent's self-tests run only where it
// can be started.
func (r *DoctorResult) local(ctx context.Context) (trouble, err error) {
	local, err := localDevice(ctx)
	if err != nil {
		return nil, err
	}
	if local.Ready {
		trouble = selftest(ctx, local.Name)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	} else {
		hint := ""
		if local.Hint != nil {
			hint = *local.Hint
		}
		trouble = fault.New(fault.Device, hint, "%s", *local.Reason)
	}
	if trouble != nil {
		local.Ready, local.Reason, local.Hint = false, orNull(trouble.Error()), orNull(fault.HintOf(trouble))
		r.trouble("device "+local.Name, trouble)
	}
	r.Devices = append(r.Devices, local)
	return trouble, nil
}

func selftest(ctx context.Context, device string) error {
	meter, err := latency.Open(ctx, device, nil)
	if err != nil {
		return err
	}
	defer meter.Close()
	_, err = meter.Selftest(ctx)
	return err
}
