package search

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/lut"
)

// TestTheLeastTargetIsTaken: the number in a message is accepted when it is
// typed, and is at most one digit too high.
func TestTheLeastTargetIsTaken(t *testing.T) {
	r := random.New(1, "least")
	for range 100000 {
		predicted, margin := math.Pow(10, -6+18*r.Float64()), 0.0
		if r.IntN(3) > 0 {
			margin = 0.99 * r.Float64()
		}
		text := Least(predicted, margin)
		v, err := strconv.ParseFloat(text, 64)
		if exact := Worst(predicted, margin); err != nil || Limit(v, margin) < predicted || v > exact*(1+2e-5) || strings.Contains(text, "e") {
			t.Fatalf("least %q of %g under the margin %g: limit %g (%v)", text, predicted, margin, Limit(v, margin), err)
		}
	}
	for text, predicted := range map[string]float64{"68.0412": 68.04115, "68": 68, "1234567": 1234566.2, "0.000123457": 0.0001234561, "-1": -1, "0": 0, "+Inf": math.Inf(1), "NaN": math.NaN()} {
		if got := Least(predicted, 0); got != text {
			t.Errorf("least of %g is %q, want %q", predicted, got, text)
		}
	}
}

// TestMessagesNameWhatIsTaken: for a target, and for a limit to derive for.
func TestMessagesNameWhatIsTaken(t *testing.T) {
	costs := wholeCosts(t, searched, 0.5)
	for i := range costs.Layers {
		for at := range costs.Layers[i].Values {
			costs.Layers[i].Values[at] /= 3 // %.6g would round it down
		}
	}
	smallest, _ := costs.Bounds()
	ps := uniform(costs.Space)
	for name, try := range map[string]func(limit float64) error{
		"target":   func(limit float64) error { _, err := costs.CheckTarget(limit, 0.07); return err },
		"deriving": func(limit float64) error { _, err := costs.Derive(t.Context(), ps, limit, 1, nil); return err },
	} {
		err := try(smallest / 2)
		text := err.Error() + " " + fault.HintOf(err)
		_, least, ok := strings.Cut(text, map[string]string{"target": "at least ", "deriving": "the smallest costs "}[name])
		if !ok {
			t.Fatalf("%s: %s", name, text)
		}
		least = strings.FieldsFunc(least, func(r rune) bool { return r == ' ' || r == ',' })[0]
		v, parseErr := strconv.ParseFloat(least, 64)
		if err := try(v); parseErr != nil || err != nil {
			t.Errorf("%s: %s was named (%v): %v", name, least, parseErr, err)
		}
		if err := try(v * (1 - 3e-5)); fault.CodeOf(err) != fault.Target {
			t.Errorf("%s: %s was named, less is taken: %v", name, least, err)
		}
	}
}

// TestUnitsInMessages: times are in µs for readers; a count has its own name.
func TestUnitsInMessages(t *testing.T) {
	for want, cost := range map[string]Cost{"µs": Latency{Table: &lut.Table{}}, "macs": MACs} {
		costs := wholeCosts(t, searched, 0.5)
		costs.Cost = cost
		_, err := costs.CheckTarget(1e-9, 0)
		if text := err.Error() + " " + fault.HintOf(err); strings.Count(text, " "+want) != 3 {
			t.Errorf("no %s in %q", want, text)
		}
		if _, err := costs.Uniform(1e-9); !strings.Contains(err.Error(), "1e-09 "+want) {
			t.Errorf("no %s in %q", want, err)
		}
	}
}
