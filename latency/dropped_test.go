package latency

import (
	"math"
	"testing"
)

// disturbedRounds are rounds of two models and a reference, in which b is twice
// as slow as a; in some of them a group was disturbed, took ten times as long and
// is marked as dropped.
func disturbedRounds(dropped func(digest string, round int) bool) []Round {
	var rounds []Round
	for i := range 12 {
		r := Round{Round: i, Sentinel: []Group{{Digest: "s", Round: i, MedianUS: 50}}}
		for digest, us := range map[string]float64{"a": 100, "b": 200, "ref": 400} {
			g := Group{Digest: digest, Round: i, MedianUS: us * (1 + 0.001*float64(i)), Runs: 5}
			if dropped(digest, i) {
				g.MedianUS, g.Dropped = 10*us, true
			}
			r.Groups = append(r.Groups, g)
		}
		rounds = append(rounds, r)
	}
	return rounds
}

// TestDroppedGroupsAreNotCompared: a dropped group enters neither a comparison
// nor the times that others are ratios to.
func TestDroppedGroupsAreNotCompared(t *testing.T) {
	rounds := disturbedRounds(func(digest string, i int) bool { return digest != "b" && i%3 == 0 })
	c, ok := compare(rounds, "b", "a")
	if !ok || c.Rounds != 8 || math.Abs(c.Ratio-2) > 1e-9 || c.Low < 1.99 || c.High > 2.01 {
		t.Errorf("b against a: %+v, %t", c, ok)
	}
	figures := Figures(Beside(rounds, "ref"))
	if f := figures["b"]; len(f.Ratios) != 8 || math.Abs(f.Ratio-0.5) > 1e-9 || f.Disturbed {
		t.Errorf("b beside the reference: %+v", f)
	}
	for _, v := range figures["b"].Ratios {
		if math.Abs(v-0.5) > 1e-9 {
			t.Errorf("a ratio of %g", v)
		}
	}
	if c, ok := compare(disturbedRounds(func(digest string, i int) bool { return digest == "a" && i%2 == 0 || i == 1 }), "b", "a"); ok {
		t.Errorf("five clean rounds in common tell %+v", c)
	}
}

// TestRejectedRoundsAreNotCompared: what was measured while the device was slow
// for a while does not count, as in Figures.
func TestRejectedRoundsAreNotCompared(t *testing.T) {
	rounds := disturbedRounds(func(digest string, i int) bool { return digest == "b" && i%3 == 0 })
	for i := range rounds {
		if i%3 == 0 {
			rounds[i].Rejected = "slow"
			for k := range rounds[i].Groups {
				rounds[i].Groups[k].Dropped = false
			}
		}
	}
	if c, ok := compare(rounds, "b", "a"); !ok || c.Rounds != 8 || math.Abs(c.Ratio-2) > 1e-9 || c.Low < 1.99 || c.High > 2.01 {
		t.Errorf("b against a: %+v, %t", c, ok)
	}
}

// TestWhenTwoDiffer: at 5 %, the probability that the package states.
func TestWhenTwoDiffer(t *testing.T) {
	for p, want := range map[float64]bool{0.05: true, 0.051: false, 0.001: true, 1: false} {
		if got := (Comparison{P: p}).Differs(); got != want {
			t.Errorf("p %g: differs %t", p, got)
		}
	}
}

// TestReferenceThatIsMostlyDropped: where too few of its groups are clean, all of
// them count, and its figure says so.
func TestReferenceThatIsMostlyDropped(t *testing.T) {
	rounds := disturbedRounds(func(digest string, i int) bool { return digest == "ref" && i != 5 })
	if got := Beside(rounds, "ref"); len(got) != len(rounds) {
		t.Errorf("%d rounds are left", len(got))
	}
	if f := Figures(rounds)["ref"]; !f.Disturbed {
		t.Errorf("%+v", f)
	}
}
