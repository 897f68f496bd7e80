package latency_test

import (
	"context"
	"fmt"
	"testing"

	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
)

// collected is what a measurement reported.
type collected struct {
	rounds   []latency.Round
	rejected []latency.Round
	failures map[string]string // kinds by model name
	names    map[string]string // model names by digest
}

// simulate measures models on a simulated device, three per batch.
func simulate(ctx context.Context, conn *simdevice.Conn, opts latency.Options, specs []simdevice.Model, onRound func(latency.Round) error) (collected, error) {
	c := collected{failures: map[string]string{}, names: map[string]string{}}
	opts.BatchModels = 4
	req := latency.Request{
		Sentinel: latency.Model{Name: "sentinel", Bytes: simdevice.Model{Name: "sentinel", US: 500}.Encode()},
		Options:  opts, Batches: opts.Batches(len(specs)),
		OnRound: func(r latency.Round) error {
			if r.Rejected != "" {
				c.rejected = append(c.rejected, r)
			} else {
				c.rounds = append(c.rounds, r)
			}
			if onRound != nil {
				return onRound(r)
			}
			return nil
		},
		OnFailure: func(f latency.Failure) error {
			c.failures[c.names[f.Digest]] = f.Kind
			return nil
		},
	}
	for _, s := range specs {
		m := latency.Model{Name: s.Name, Bytes: s.Encode()}
		c.names[m.Digest()] = s.Name
		req.Models = append(req.Models, m)
	}
	meter := latency.NewMeter(conn, latency.HostConfig{Agent: []string{"agent"}, Library: "lib", Pause: conn.Pause})
	defer meter.Close()
	return c, meter.Measure(ctx, req)
}

// five are models of 100 to 500 µs.
func five() []simdevice.Model {
	var out []simdevice.Model
	for i := 1; i <= 5; i++ {
		out = append(out, simdevice.Model{Name: fmt.Sprint("m", i), US: float64(100 * i)})
	}
	return out
}

// check checks that every round of two batches is there once, with one group of
// each model that did not fail.
func (c collected) check(t *testing.T, name string, rounds int, specs []simdevice.Model, failures map[string]string) {
	t.Helper()
	seen := map[[2]int]int{}
	groups := map[string]int{}
	for _, r := range c.rounds {
		seen[[2]int{r.Batch, r.Round}]++
		if len(r.Sentinel) < min(3, 1+len(r.Groups)) {
			t.Errorf("%s: %d groups of the sentinel in batch %d, round %d", name, len(r.Sentinel), r.Batch, r.Round)
		}
		for _, g := range r.Groups {
			groups[c.names[g.Digest]]++
			if g.Batch != r.Batch || g.Round != r.Round {
				t.Errorf("%s: group %+v in batch %d, round %d", name, g, r.Batch, r.Round)
			}
		}
	}
	for b := range 2 {
		for r := range rounds {
			if seen[[2]int{b, r}] != 1 {
				t.Errorf("%s: batch %d, round %d is there %d times", name, b, r, seen[[2]int{b, r}])
			}
		}
	}
	if fmt.Sprint(c.failures) != fmt.Sprint(failures) {
		t.Errorf("%s: failures %v, want %v", name, c.failures, failures)
	}
	for _, s := range specs {
		if _, failed := failures[s.Name]; !failed && groups[s.Name] != rounds {
			t.Errorf("%s: %d groups of %s, want %d", name, groups[s.Name], s.Name, rounds)
		}
	}
}
