package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
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
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			return checkDevice(ctx, a, args[0])
		}),
	}
}

// deviceCheck says of a device what could be found out before something
// failed.
type deviceCheck struct {
	Name     string          `json:"name"`
	Device   *job.DeviceInfo `json:"device"`
	Clusters *string         `json:"clusters"` // cores by the frequency they reach
	Emulator *string         `json:"emulator"`
	State    *deviceNow      `json:"state"`
	Checks   []checkInfo     `json:"checks"`
	Runtime  *string         `json:"runtime"`
	CoreSet  *string         `json:"core_set"`
}

// deviceNow is how a device is at the moment.
type deviceNow struct {
	Governors   []string `json:"governors"`
	KHz         []int    `json:"khz"` // per core
	Temperature *float64 `json:"temperature_celsius"`
	Hottest     *string  `json:"hottest"` // the part that has it
	FreeBytes   *int64   `json:"free_bytes"`
	Throttled   *string  `json:"throttled"`
	Thermal     *string  `json:"thermal_status"` // Android's
	Slows       *string  `json:"slows"`          // why it is slower for now than it could be
	Power       *string  `json:"power"`          // charger | battery
	Battery     *float64 `json:"battery"`        // a fraction
}

type checkInfo struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func checkDevice(ctx context.Context, a *app, name string) (result, error) {
	r := deviceCheck{Name: name, Checks: []checkInfo{}}
	if err := r.look(ctx); err != nil {
		return r, err
	}
	meter, err := latency.Open(ctx, name, a.log)
	if err != nil {
		return r, err
	}
	defer meter.Close()
	checks, err := meter.Selftest(ctx)
	for _, c := range checks {
		r.Checks = append(r.Checks, checkInfo{c.Name, c.OK, c.Detail})
	}
	if err != nil {
		return r, err
	}
	_, condition, err := meter.Identity(ctx, latency.Options{})
	if err != nil {
		return r, err
	}
	r.Runtime, r.CoreSet = &condition.Runtime, &condition.CoreSet
	return r, nil
}

// look asks the device itself, before anything is put there.
func (r *deviceCheck) look(ctx context.Context) error {
	d, err := devices.Open(ctx, r.Name)
	if err != nil {
		return err
	}
	defer d.Close()
	id, err := d.Identity(ctx)
	if err != nil {
		return err
	}
	info := job.IdentityOf(r.Name, id)
	r.Device = &info
	r.Clusters, r.Emulator = orNull(id.Clusters()), orNull(id.Emulator)
	s, err := d.State(ctx)
	if err != nil {
		return err
	}
	r.State = &deviceNow{
		Governors: append([]string{}, s.Governors...), KHz: append([]int{}, s.KHz...),
		Hottest: orNull(s.Heat.Hottest), Throttled: orNull(s.Heat.Throttled), Thermal: orNull(s.Heat.Status), Slows: orNull(s.Heat.Slows()),
		Power: orNull(s.Power.Source),
	}
	if s.Heat.Hottest != "" {
		r.State.Temperature = &s.Heat.Celsius
	}
	if s.Power.Level > 0 {
		level := float64(s.Power.Level) / 100
		r.State.Battery = &level
	}
	if s.FreeBytes > 0 {
		r.State.FreeBytes = &s.FreeBytes
	}
	return nil
}

func (r deviceCheck) Text(w io.Writer) error {
	if r.Device == nil {
		return nil
	}
	if err := writeFacts(w, r.facts()...); err != nil {
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

func (r deviceCheck) facts() []fact {
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

// clock is the cores' frequencies at the moment.
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
