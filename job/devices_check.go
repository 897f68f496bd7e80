package job

import (
	"context"

	"fbnas/devices"
	"fbnas/latency"
)

// DeviceCheck is the document of fbnas devices check: everything that was found
// out before something failed, if anything did.
type DeviceCheck struct {
	Name     string      `json:"name"`
	Device   *DeviceInfo `json:"device"`
	Clusters *string     `json:"clusters"` // cores by the frequency they reach
	Emulator *string     `json:"emulator"`
	State    *DeviceNow  `json:"state"`
	Checks   []SelfTest  `json:"checks"`
	Runtime  *string     `json:"runtime"`
	CoreSet  *string     `json:"core_set"`
}

// DeviceNow is a device's present state.
type DeviceNow struct {
	Governors   []string `json:"governors"`
	KHz         []int    `json:"khz"` // per core
	Temperature *float64 `json:"temperature_celsius"`
	Hottest     *string  `json:"hottest"` // the part that has it
	FreeBytes   *int64   `json:"free_bytes"`
	Throttled   *string  `json:"throttled"`
	Thermal     *string  `json:"thermal_status"` // Android's
	Slows       *string  `json:"slows"`          // why it is slower at present than it could be
	Power       *string  `json:"power"`          // charger | battery
	Battery     *float64 `json:"battery"`        // a fraction
}

// SelfTest is one of the agent's checks of itself.
type SelfTest struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// CheckDevice reaches a device, describes it and its present state, installs the
// agent there, and runs the agent's self-tests. Beside an error it returns what
// was found out before.
func CheckDevice(ctx context.Context, env *Env, name string) (*DeviceCheck, error) {
	r := &DeviceCheck{Name: name, Checks: []SelfTest{}}
	if err := r.queryDevice(ctx); err != nil {
		return r, err
	}
	meter, err := latency.Open(ctx, name, env.log())
	if err != nil {
		return r, err
	}
	defer meter.Close()
	checks, err := meter.Selftest(ctx)
	for _, c := range checks {
		r.Checks = append(r.Checks, SelfTest{c.Name, c.OK, c.Detail})
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

// queryDevice queries the device itself, before the agent is installed.
func (r *DeviceCheck) queryDevice(ctx context.Context) error {
	d, err := devices.Open(ctx, r.Name)
	if err != nil {
		return err
	}
	defer d.Close()
	id, err := d.Identity(ctx)
	if err != nil {
		return err
	}
	info := identityOf(r.Name, id)
	r.Device = &info
	r.Clusters, r.Emulator = orNull(id.Clusters()), orNull(id.Emulator)
	s, err := d.State(ctx)
	if err != nil {
		return err
	}
	r.State = stateOf(s)
	return nil
}

// stateOf is a device's state for a document, in which what is not known is null.
func stateOf(s devices.State) *DeviceNow {
	now := &DeviceNow{
		Governors: append([]string{}, s.Governors...), KHz: append([]int{}, s.KHz...),
		Hottest: orNull(s.Heat.Hottest), Throttled: orNull(s.Heat.Throttled), Thermal: orNull(s.Heat.Status), Slows: orNull(s.Heat.Slows()),
		Power: orNull(s.Power.Source),
	}
	if s.Heat.Hottest != "" {
		now.Temperature = &s.Heat.Celsius
	}
	if s.Power.Level > 0 {
		level := float64(s.Power.Level) / 100
		now.Battery = &level
	}
	if s.FreeBytes > 0 {
		now.FreeBytes = &s.FreeBytes
	}
	return now
}
