package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func doctorVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say what works on this machine, and what to do about the rest",
		Long: "Look at ONNX Runtime, the demo data and the devices, and let the agent check itself.\n" +
			"The exit status is 1 when this machine can neither train nor measure.",
		Example: "  fbnas doctor",
		Args:    cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) (result, error) {
			r, err := job.Doctor(ctx)
			return view(r, doctorText), err
		}),
	}
}

func dialectText(r *job.DoctorResult) string {
	if r.Block == nil {
		return string(*r.Dialect)
	}
	return fmt.Sprintf("%s (%d channels)", *r.Dialect, *r.Block)
}

func providerText(p job.ProviderState) string {
	if p.Ready {
		return state(true)
	}
	return state(false) + ": " + orEmpty(p.Reason)
}

func doctorText(w io.Writer, r *job.DoctorResult) error {
	facts := []fact{{"cores", r.Cores}}
	if r.ORTPath != nil {
		facts = append(facts, fact{"ONNX Runtime", fmt.Sprintf("%s (%s)", orEmpty(r.ORTVersion), *r.ORTPath)})
	}
	if r.Dialect != nil {
		facts = append(facts, fact{"dialect", dialectText(r)})
	}
	for _, p := range r.Providers {
		facts = append(facts, fact{"provider " + string(p.Name), providerText(p)})
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
