package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
)

func doctorVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what works on this machine, and what to do about the rest",
		Long: "Look at ONNX Runtime, the demo data and the devices, and let the agent check itself.\n" +
			"The exit status is 1 when this machine can neither train nor measure.",
		Example: "  fbnas doctor",
		Args:    cobra.NoArgs,
		RunE: a.does(func(ctx context.Context, _ []string) (result, error) {
			return examine(ctx)
		}),
	}
}

type doctorResult struct {
	ORTVersion *string           `json:"ort_version"`
	ORTPath    *string           `json:"ort_path"`
	Dialect    *ort.Dialect      `json:"dialect"`
	Block      *int              `json:"block"`     // channels in a block; null in std
	Providers  []provider        `json:"providers"` // what trains
	Cores      int               `json:"cores"`
	Data       []job.SetupItem   `json:"data"`
	Devices    []job.DeviceState `json:"devices"`
	Problems   []trouble         `json:"problems"`
}

// provider is an execution provider of ONNX Runtime. One that is not ready is
// no problem: only --ep asks for it.
type provider struct {
	Name   ort.Provider `json:"name"`
	Ready  bool         `json:"ready"`
	Reason *string      `json:"reason"`
	Hint   *string      `json:"hint"`
}

// trouble is something that does not work, and what to do about it.
type trouble struct {
	What   string  `json:"what"`
	Reason string  `json:"message"`
	Hint   *string `json:"hint"`
}

func (r *doctorResult) trouble(what string, err error) {
	r.Problems = append(r.Problems, trouble{what, err.Error(), orNull(fault.HintOf(err))})
}

func examine(ctx context.Context) (result, error) {
	r := doctorResult{Cores: runtime.NumCPU(), Providers: []provider{}, Data: []job.SetupItem{}, Devices: []job.DeviceState{}, Problems: []trouble{}}
	engine := r.engine()
	if err := r.data(); err != nil {
		return nil, err
	}
	measuring, err := r.local(ctx)
	if err != nil {
		return nil, err
	}
	if engine != nil || measuring != nil {
		return r, fault.New(fault.Failure, "What to do about it stands beside each problem.", "not everything works on this machine")
	}
	return r, nil
}

// engine looks at what training and measuring run on.
func (r *doctorResult) engine() error {
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
	e, err := job.OpenEngine(ort.Options{Threads: 1})
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
		state := provider{Name: p, Ready: true}
		if err := p.Check(path); err != nil {
			state = provider{Name: p, Reason: orNull(err.Error()), Hint: orNull(fault.HintOf(err))}
		}
		r.Providers = append(r.Providers, state)
	}
	return e.Close()
}

func (r *doctorResult) data() error {
	states, err := setup.Status(setup.Fashion)
	if err != nil {
		return err
	}
	for _, s := range states {
		r.Data = append(r.Data, job.SetupItemOf(s))
		if !s.Ready {
			r.trouble(s.What, fault.New(fault.Failure, "Run fbnas setup, unless you bring your own data.", "%s", s.Reason))
		}
	}
	return nil
}

// local looks at this machine as a device; the agent checks itself only where
// it can be started.
func (r *doctorResult) local(ctx context.Context) (trouble, err error) {
	local, err := job.LocalDevice(ctx)
	if err != nil {
		return nil, err
	}
	if local.Ready {
		trouble = selftest(ctx, local.Name)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	} else {
		trouble = fault.New(fault.Device, orEmpty(local.Hint), "%s", *local.Reason)
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

func (r doctorResult) dialect() string {
	if r.Block == nil {
		return string(*r.Dialect)
	}
	return fmt.Sprintf("%s (%d channels)", *r.Dialect, *r.Block)
}

func (p provider) text() string {
	if p.Ready {
		return state(true)
	}
	return state(false) + ": " + orEmpty(p.Reason)
}

func (r doctorResult) Text(w io.Writer) error {
	facts := []fact{{"cores", r.Cores}}
	if r.ORTPath != nil {
		facts = append(facts, fact{"ONNX Runtime", fmt.Sprintf("%s (%s)", orEmpty(r.ORTVersion), *r.ORTPath)})
	}
	if r.Dialect != nil {
		facts = append(facts, fact{"dialect", r.dialect()})
	}
	for _, p := range r.Providers {
		facts = append(facts, fact{"provider " + string(p.Name), p.text()})
	}
	for _, d := range r.Data {
		facts = append(facts, fact{d.What, state(d.Ready) + " " + d.Path})
	}
	for _, d := range r.Devices {
		facts = append(facts, fact{"device " + d.Name, fmt.Sprintf("%s (%s, %d cores, %s)", state(d.Ready), d.SoC, d.Cores, text.Bytes(d.MemoryBytes))})
	}
	if err := writeFacts(w, facts...); err != nil {
		return err
	}
	for _, p := range r.Problems {
		fmt.Fprintf(w, "\n%s: %s\n", p.What, p.Reason)
		if p.Hint != nil {
			fmt.Fprintf(w, "  %s\n", *p.Hint)
		}
	}
	if len(r.Problems) == 0 {
		_, err := fmt.Fprintln(w, "\neverything works")
		return err
	}
	return nil
}

func state(ready bool) string {
	if ready {
		return "ready"
	}
	return "not ready"
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
