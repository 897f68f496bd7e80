package latency_test

import (
	"math"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
	"fbnas/latency/stats"
)

// jumping is a device whose speed jumps for a second: longer than all rounds that
// may be repeated, but shorter than a pause.
func jumping(to float64) func(time.Duration) float64 {
	return func(at time.Duration) float64 {
		if at > 250*time.Millisecond && at < 1250*time.Millisecond {
			return 1 / to
		}
		return 1
	}
}

// throttling is a device that loses half of its speed between 0.2 and 1 s.
func throttling(at time.Duration) float64 {
	return 1 - 0.5*min(max((at.Seconds()-0.2)/0.8, 0), 1)
}

// TestNoise has a row for each disturbance of a device: the largest error of
// normalised figures, whether the rounds are marked, and the message where noise
// is not accepted.
func TestNoise(t *testing.T) {
	for _, c := range []struct {
		name     string
		noise    simdevice.Noise
		worst    float64 // largest error of a ratio
		unstable bool    // without AllowNoisy
		marked   bool    // with it
		dropped  bool    // some groups are dropped
	}{
		{"calm", simdevice.Noise{}, 1e-4, false, false, false},
		{"jitter of 2 %", simdevice.Noise{Jitter: 0.02}, 0.015, false, false, false},
		{"neighbour that is seen", simdevice.Noise{Jitter: 0.01, Neighbour: 0.35, Seen: true}, 0.01, false, false, true},
		{"neighbour that is not seen", simdevice.Noise{Jitter: 0.01, Neighbour: 0.1}, 0.01, false, false, false},
		{"throttling", simdevice.Noise{Jitter: 0.01, Speed: throttling}, 0.05, true, true, false},
		{"slow drift below the threshold", simdevice.Noise{Speed: func(at time.Duration) float64 { return 1 - 0.01*at.Seconds() }}, 0.01, false, false, false},
		{"speed that jumps", simdevice.Noise{Jitter: 0.005, Speed: jumping(1.3)}, 0.02, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.noise.Seed = 7
			_, err := simulate(t.Context(), &simdevice.Conn{Noise: c.noise}, latency.Options{}, five(), nil)
			if unstable := fault.CodeOf(err) == fault.Unstable; unstable != c.unstable || err != nil && !unstable {
				t.Errorf("without AllowNoisy: %v, want unstable %v", err, c.unstable)
			}
			got, err := simulate(t.Context(), &simdevice.Conn{Noise: c.noise}, latency.Options{AllowNoisy: true}, five(), nil)
			if err != nil {
				t.Fatal(err)
			}
			got.check(t, c.name, 12, five(), map[string]string{})
			marked, dropped := false, 0
			for _, r := range got.rounds {
				marked = marked || r.Noisy != ""
			}
			for digest, f := range latency.Figures(got.rounds) {
				dropped += f.Dropped
				want := modelUS(t, got.names[digest]) / 500
				if e := math.Abs(f.Ratio/want - 1); e > c.worst {
					t.Errorf("%s: ratio %.4f instead of %.4f, an error of %.2f %%", got.names[digest], f.Ratio, want, 100*e)
				}
			}
			if marked != c.marked || (dropped > 0) != c.dropped {
				t.Errorf("marked %v, want %v; %d groups dropped", marked, c.marked, dropped)
			}
		})
	}
}

func modelUS(t *testing.T, name string) float64 {
	t.Helper()
	for _, m := range five() {
		if m.Name == name {
			return m.US
		}
	}
	t.Fatalf("no model %q", name)
	return 0
}

// TestUnreadableCountersAreUnknown: if counters cannot be read, every group says
// so, and not that nothing happened.
func TestUnreadableCountersAreUnknown(t *testing.T) {
	for _, c := range []struct {
		noise simdevice.Noise
		want  []string
	}{
		{simdevice.Noise{}, nil},
		{simdevice.Noise{BlindDelay: true}, []string{"delay"}},
		{simdevice.Noise{BlindSwitches: true, BlindDelay: true}, []string{"switches", "delay"}},
	} {
		got, err := simulate(t.Context(), &simdevice.Conn{Noise: c.noise}, latency.Options{Rounds: 1}, five(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.rounds {
			for _, g := range append(r.Groups, r.Sentinel...) {
				if len(g.Unknown) != len(c.want) {
					t.Errorf("%+v: unknown %v, want %v", c.noise, g.Unknown, c.want)
				}
			}
		}
	}
}

// TestOrderIsSeeded: the order of the models differs from round to round, and
// follows from the seed.
func TestOrderIsSeeded(t *testing.T) {
	order := func(seed uint64) (out []string) {
		got, err := simulate(t.Context(), &simdevice.Conn{}, latency.Options{Rounds: 6, Seed: seed}, five(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range got.rounds {
			text := ""
			for _, g := range r.Groups {
				text += got.names[g.Digest]
			}
			out = append(out, text)
		}
		return out
	}
	a, b, c := order(1), order(1), order(2)
	same, changes := true, 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("the same seed gives %v and %v", a, b)
		}
		same = same && a[i] == c[i]
		if i%6 > 0 && a[i] != a[i-1] {
			changes++
		}
	}
	if same || changes == 0 {
		t.Errorf("seeds 1 and 2 give %v and %v", a, c)
	}
}

func TestBench(t *testing.T) {
	model := func(m simdevice.Model) latency.Model { return latency.Model{Name: m.Name, Bytes: m.Encode()} }
	sentinel := model(simdevice.Model{Name: "sentinel", US: 400})
	models := []latency.Model{
		model(simdevice.Model{Name: "fast", US: 100}),
		model(simdevice.Model{Name: "broken", US: 1, Create: "create"}),
		sentinel,
	}
	meter := latency.NewMeter(&simdevice.Conn{Noise: simdevice.Noise{Jitter: 0.01}}, latency.HostConfig{})
	results, err := latency.Bench(t.Context(), meter, latency.Benchmark{Sentinel: sentinel, Unit: latency.Unit{TimeUS: 800}, Models: models})
	if err != nil {
		t.Fatal(err)
	}
	fast, broken, itself := results[0], results[1], results[2]
	if fast.Name != "fast" || math.Abs(fast.LatencyUS/200-1) > 0.01 || math.Abs(fast.P50US/100-1) > 0.01 ||
		fast.Rounds != 12 || len(fast.RawUS) != 12 || fast.P90US < fast.P50US || fast.MinUS > fast.P50US || fast.Failure != nil {
		t.Errorf("fast: %+v", fast)
	}
	if fast.P90US != stats.Percentile(fast.RawUS, 0.9) {
		t.Errorf("90th percentile %v of %v", fast.P90US, fast.RawUS)
	}
	if broken.Failure == nil || broken.Failure.Kind != "create" {
		t.Errorf("broken: %+v", broken)
	}
	if math.Abs(itself.SentinelRatio-1) > 0.01 {
		t.Errorf("the sentinel's ratio to itself is %v", itself.SentinelRatio)
	}
	now, err := latency.Bench(t.Context(), meter, latency.Benchmark{Sentinel: sentinel, Models: models[:1]})
	if err != nil || math.Abs(now[0].LatencyUS/100-1) > 0.01 {
		t.Errorf("without a table: %+v, %v", now, err)
	}
}
