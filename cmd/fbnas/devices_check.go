package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func devicesCheckVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check NAME",
		Short: "Say what a device is, put the agent there, and let it check itself",
		Long: "Reach a device, say what it is and how it is at the moment, put the agent and its\n" +
			"libraries there, and let the agent check itself. Whatever fails names its next step.",
		Example: "  fbnas devices check local\n" +
			"  fbnas devices check qemu --json",
		Args: cobra.ExactArgs(1),
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			r, err := job.CheckDevice(ctx, a.env, args[0])
			return view(r, deviceCheckText), err
		}),
	}
}

func deviceCheckText(w io.Writer, r *job.DeviceCheck) error {
	if r.Device == nil {
		return nil
	}
	if err := writeFacts(w, deviceCheckFacts(r)...); err != nil {
		return err
	}
	for _, c := range r.Checks {
		mark := "ok"
		if !c.OK {
			mark = "FAILED"
		}
		if _, err := fmt.Fprintf(w, "%-6s  %s %s\n", mark, c.Name, c.Detail); err != nil {
			return err
		}
	}
	if r.Runtime == nil {
		return nil
	}
	_, err := fmt.Fprintf(w, "%s works: %s, measuring on core %s\n", r.Name, *r.Runtime, *r.CoreSet)
	return err
}

func deviceCheckFacts(r *job.DeviceCheck) []fact {
	d := r.Device
	facts := []fact{
		{"processor", fmt.Sprintf("%s (%s)", d.SoC, d.Arch)},
		{"cores", fmt.Sprint(d.Cores)},
		{"clusters", orEmpty(r.Clusters)},
		{"memory", text.Bytes(d.MemoryBytes)},
		{"system", d.OS},
	}
	if r.Emulator != nil {
		facts = append(facts, fact{"emulator", *r.Emulator + ": its times mean nothing"})
	}
	s := r.State
	if s == nil {
		return facts
	}
	facts = append(facts, fact{"governor", strings.Join(s.Governors, ", ")}, fact{"clock", clock(s.KHz)}, fact{"throttled", orEmpty(s.Throttled)},
		fact{"thermal status", orEmpty(s.Thermal)}, fact{"slower for now", orEmpty(s.Slows)})
	if s.Temperature != nil {
		facts = append(facts, fact{"temperature", fmt.Sprintf("%.1f °C (%s)", *s.Temperature, *s.Hottest)})
	}
	if s.Power != nil {
		facts = append(facts, fact{"power", *s.Power + ", battery " + fraction(s.Battery)})
	}
	if s.FreeBytes != nil {
		facts = append(facts, fact{"free space", text.Bytes(*s.FreeBytes)})
	}
	return facts
}

// clock is the cores' present frequencies.
func clock(khz []int) string {
	var parts []string
	for _, k := range khz {
		parts = append(parts, fmt.Sprintf("%.2f", float64(k)/1e6))
	}
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, " ") + " GHz"
}
