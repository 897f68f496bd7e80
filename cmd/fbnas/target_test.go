package main

import (
	"math"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/internal/text"
	"fbnas/job"
)

func TestLatencies(t *testing.T) {
	const largest = 500
	for text, want := range map[string]float64{
		"15ms": 15000, "68us": 68, "68.0 µs": 68, "68.0 \u03bcs": 68, "68.0\u00a0µs": 68, "68.0\u202fµs": 68, " 0.068 ms ": 68,
		"0.068ms": 68, "1.23456us": 1.23456, "1s": 1e6, "250ns": 0.25, "1m2s": 62e6, "1e3us": 1000, "40%": 200, "40.0 %": 200, "0.5%": 2.5,
	} {
		got, err := limitOf(text)
		if us := got.US + got.Part*largest; err != nil || math.Abs(us-want) > 1e-12*want {
			t.Errorf("%q is %v (%v), want %g", text, got, err, want)
		}
		var d latencyFlag
		if part := text[len(text)-1] == '%'; (d.Set(text) == nil) == part || !part && math.Abs(float64(d)-1e3*want) > 0.5 {
			t.Errorf("%q as a flag is %v, want %g us", text, time.Duration(d), want)
		}
	}
	for _, text := range []string{
		"", "15", "ms", "fast", "-15ms", "0", "0ms", "0.00 µs", "NaNms", "Infms", "infus", "1e400ms", "15 m s x", text.Absent,
		"%", "0%", "-1%", "NaN%", "Inf%", "+Inf%", "1e400%", "1e308%%",
	} {
		if got, err := limitOf(text); fault.CodeOf(err) != fault.Usage || fault.HintOf(err) == "" {
			t.Errorf("%q is %v (%v), want an error of usage", text, got, err)
		}
	}
	for _, text := range []string{"1e300s", "NaNs", "15"} {
		if d := new(latencyFlag); d.Set(text) == nil {
			t.Errorf("%q as a flag is %v", text, time.Duration(*d))
		}
	}
}

func TestMargins(t *testing.T) {
	for text, want := range map[string]float64{"2%": 0.02, "2.0 %": 0.02, "0.02": 0.02, "0": 0, "0%": 0} {
		if got, err := parseMargin(text); err != nil || *got != (job.Margin{Part: want}) {
			t.Errorf("%q is %v (%v), want %g", text, got, err, want)
		}
	}
	if got, err := parseMargin("auto"); err != nil || *got != (job.Margin{Auto: true}) {
		t.Errorf("auto is %v (%v)", got, err)
	}
	for _, text := range []string{"", "-1%", "100%", "1", "NaN", "Inf", "-0.1", "NaN%"} {
		if got, err := parseMargin(text); fault.CodeOf(err) != fault.Usage {
			t.Errorf("%q is %v (%v), want an error of usage", text, got, err)
		}
	}
}

// TestWhatIsPrintedCanBeTyped: every latency that reports show is read again,
// to the digits that it has.
func TestWhatIsPrintedCanBeTyped(t *testing.T) {
	r := random.New(1, "latencies")
	for range 20000 {
		us := math.Pow(10, -2+14*r.Float64())
		text := text.Latency(us)
		got, err := latencyUS(text)
		if err != nil || math.Abs(got-us) > max(0.00501*us, 0.00501) {
			t.Fatalf("%g us is printed as %q and read as %g (%v)", us, text, got, err)
		}
	}
}
