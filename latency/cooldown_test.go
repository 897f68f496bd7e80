package latency_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
)

// slow are models that keep a device busy long enough to heat it up.
func slow() []simdevice.Model {
	return []simdevice.Model{{Name: "m1", US: 2e5}, {Name: "m2", US: 4e5}}
}

// waited adds up the courses of rounds.
func waited(rounds ...[]latency.Round) latency.Course {
	var sum latency.Course
	for _, list := range rounds {
		for _, r := range list {
			if r.Course != nil {
				sum = sum.Plus(*r.Course)
			}
		}
	}
	return sum
}

// TestCoolDown has a row for each way in which a device heats up: whether it ends
// as unstable, and how many pauses there are before.
func TestCoolDown(t *testing.T) {
	tells := simdevice.Warm{Rise: 1, Fall: 2, Limit: 25, Loss: 0.5}
	hides, lame, stays := tells, tells, tells
	hides.Silent = true
	lame.Loss = 0.01 // less than drift
	stays.Fall = 0
	for _, c := range []struct {
		name     string
		warm     simdevice.Warm
		opts     latency.Options
		unstable bool
		noisy    bool
		pauses   int // at least; -1: none
	}{
		{"says that it is hot", tells, latency.Options{}, false, false, 1},
		{"only shows it", hides, latency.Options{}, false, false, 1},
		{"says it and shows nothing", lame, latency.Options{}, false, false, 1},
		{"never cools down", stays, latency.Options{}, true, false, 1},
		{"never cools down, noise allowed", stays, latency.Options{AllowNoisy: true}, false, true, 1},
		{"no time to cool down", tells, latency.Options{CoolDown: new(time.Duration)}, true, false, -1},
		{"too little time", tells, latency.Options{CoolDown: new(5 * time.Second)}, true, false, 1},
		{"stays cold", simdevice.Warm{}, latency.Options{}, false, false, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := simulate(t.Context(), &simdevice.Conn{Noise: simdevice.Noise{Jitter: 0.005, Warm: c.warm}}, c.opts, slow(), nil)
			if unstable := fault.CodeOf(err) == fault.Unstable; unstable != c.unstable || err != nil && !unstable {
				t.Fatalf("%v, want unstable %t", err, c.unstable)
			}
			course := waited(got.rounds, got.rejected)
			if c.pauses < 0 && course.CoolDowns > 0 || course.CoolDowns < c.pauses && !c.unstable {
				t.Errorf("left alone %d times", course.CoolDowns)
			}
			if limit := c.opts.WithDefaults().CoolDown; course.CooledSeconds > limit.Seconds() {
				t.Errorf("left alone for %v s, of %v", course.CooledSeconds, *limit)
			}
			noisy := false
			for _, r := range got.rounds {
				noisy = noisy || r.Noisy != ""
			}
			if noisy != c.noisy {
				t.Errorf("marked as noisy: %t", noisy)
			}
			if err != nil || noisy {
				return
			}
			if len(got.rounds) != 12 || (c.warm.Limit > 0 && !c.warm.Silent) != (course.ThermalStatus == "moderate") {
				t.Errorf("%d rounds, thermal status %q", len(got.rounds), course.ThermalStatus)
			}
			for digest, f := range latency.Figures(got.rounds) {
				want := map[string]float64{"m1": 400, "m2": 800}[got.names[digest]]
				if math.Abs(f.Ratio/want-1) > 0.02 {
					t.Errorf("%s: ratio %.1f, want %.1f", got.names[digest], f.Ratio, want)
				}
			}
		})
	}
}

// TestUnstableAfterCoolDown: when a device is unstable in spite of pauses, what
// was reported is kept, and the error says how long the pauses were.
func TestUnstableAfterCoolDown(t *testing.T) {
	conn := &simdevice.Conn{Noise: simdevice.Noise{Warm: simdevice.Warm{Rise: 1, Limit: 40, Loss: 0.5}}}
	got, err := simulate(t.Context(), conn, latency.Options{CoolDown: new(time.Minute)}, slow(), nil)
	if fault.ExitCode(err) != 5 || !strings.Contains(err.Error(), "fbnas waited 1m0s") || !strings.Contains(err.Error(), "thermal status is moderate") {
		t.Errorf("%v", err)
	}
	if len(got.rounds) == 0 {
		t.Error("no round was kept")
	}
}

// TestUnrestIsNotWaitedFor: there is no pause for a device that keeps changing
// its speed, because it would not help.
func TestUnrestIsNotWaitedFor(t *testing.T) {
	speed := func(at time.Duration) float64 {
		if at%(70*time.Millisecond) < 35*time.Millisecond {
			return 1
		}
		return 0.9
	}
	conn := &simdevice.Conn{Noise: simdevice.Noise{Speed: speed}}
	got, err := simulate(t.Context(), conn, latency.Options{Rounds: 40}, five(), nil)
	if n := waited(got.rounds, got.rejected).CoolDowns; fault.ExitCode(err) != 5 || n > 0 {
		t.Errorf("%v, left alone %d times", err, n)
	}
}

// TestInterruptedCoolDown: the end of the context ends a pause.
func TestInterruptedCoolDown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	conn := &simdevice.Conn{Noise: simdevice.Noise{Warm: simdevice.Warm{Rise: 1, Limit: 10}}}
	pause := func(ctx context.Context, d time.Duration) error { cancel(); return ctx.Err() }
	meter := latency.NewMeter(conn, latency.HostConfig{Pause: pause})
	m := simdevice.Model{Name: "m1", US: 4e5}
	err := meter.Measure(ctx, latency.Request{
		Sentinel: latency.Model{Name: "sentinel", Bytes: simdevice.Model{Name: "sentinel", US: 500}.Encode()},
		Models:   []latency.Model{{Name: m.Name, Bytes: m.Encode()}}, Batches: [][]int{{0}},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestMode(t *testing.T) {
	for _, c := range []struct {
		name  string
		fixed float64
		opts  latency.Options
		mode  string
		us    float64
	}{
		{"none", 0, latency.Options{}, latency.FixedUnsupported, 500},
		{"on", 0.5, latency.Options{}, latency.FixedOn, 1000},
		{"off", 0.5, latency.Options{DefaultMode: true}, latency.FixedOff, 500},
	} {
		meter := latency.NewMeter(&simdevice.Conn{Fixed: c.fixed}, latency.HostConfig{})
		_, condition, err := meter.Identity(t.Context(), c.opts)
		if err != nil || condition.FixedPerformance != c.mode {
			t.Errorf("%s: %v, %v", c.name, condition.FixedPerformance, err)
		}
		got, err := simulate(t.Context(), &simdevice.Conn{Fixed: c.fixed}, c.opts, five(), nil)
		if us := latency.SentinelUS(got.rounds); err != nil || math.Abs(us/c.us-1) > 0.01 {
			t.Errorf("%s: %v µs, %v, want %v", c.name, us, err, c.us)
		}
	}
}

func TestCoursePlus(t *testing.T) {
	begin := latency.Course{ThermalStatus: "light", Celsius: 31, Hottest: "skin", Power: "charger", BatteryLevel: 0.9}
	later := latency.Course{ThermalStatus: "none", Celsius: 44, Hottest: "BIG", Power: "battery", BatteryLevel: 0.8, CoolDowns: 1, CooledSeconds: 10}
	want := latency.Course{ThermalStatus: "light", Celsius: 44, Hottest: "BIG", Power: "battery", BatteryLevel: 0.8, CoolDowns: 1, CooledSeconds: 10}
	for _, got := range []latency.Course{begin.Plus(later), later.Plus(begin), latency.Course{}.Plus(want), want.Plus(latency.Course{})} {
		if got != want {
			t.Errorf("%+v", got)
		}
	}
	if got := later.Plus(later); got.CoolDowns != 2 || got.CooledSeconds != 20 {
		t.Errorf("%+v", got)
	}
}
