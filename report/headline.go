package report

import (
	"fmt"
	"math"
	"strings"

	"fbnas/internal/text"
	"fbnas/lut"
)

// Headline states the result in plain words: a sentence or two.
func Headline(r Report) string {
	var parts []string
	switch {
	case len(r.Networks) > 0:
		parts = append(parts, outcome(r.Networks[0], target(r)))
		for _, other := range r.Networks[1:] {
			if s := comparison(r.Networks[0], other); s != "" {
				parts = append(parts, s)
			}
		}
	case r.Search != nil:
		for _, res := range r.Search.Results {
			parts = append(parts, fmt.Sprintf("Found a network that should run in %s (limit %s).", text.Latency(res.Cost), text.Latency(res.Target)))
		}
		if len(parts) == 0 {
			parts = append(parts, "The search has not derived a network.")
		}
	case r.Table != nil:
		parts = append(parts, measured(r.Table))
	}
	return strings.Join(parts, " ")
}

// target is the limit for the first network, 0 if it is
// unknown.
func target(r Report) float64 {
	if len(r.Networks) > 0 && r.Networks[0].Bench != nil && r.Networks[0].Bench.TargetUS > 0 {
		return r.Networks[0].Bench.TargetUS
	}
	if r.Search != nil && len(r.Search.Results) == 1 {
		return r.Search.Results[0].Target
	}
	return 0
}

// outcome is the sentence about one network.
func outcome(n Network, limit float64) string {
	subject := capital(n.Name)
	if n.Found {
		subject = "Found a network that"
	}
	us, accuracy := n.latency(), n.accuracy()
	switch {
	case us > 0:
		verb := "runs"
		if n.Bench == nil {
			verb = "should run"
		}
		s := fmt.Sprintf("%s %s in %s", subject, verb, text.Latency(us))
		if limit > 0 {
			s += fmt.Sprintf(" (limit %s)", text.Latency(limit))
		}
		if accuracy != "" {
			s += " with " + accuracy
		}
		if limit > 0 && us > limit {
			s += fmt.Sprintf(". This is %s above the limit", text.Percent(us/limit-1))
		}
		return s + "."
	case accuracy != "":
		return fmt.Sprintf("%s reaches %s.", subject, accuracy)
	default:
		return fmt.Sprintf("%s has not been tested.", subject)
	}
}

// accuracy says how good the network is; "" if that is unknown.
func (n Network) accuracy() string {
	top1, images := 0., 0
	switch {
	case n.Train != nil && n.Train.Top1 > 0:
		top1, images = n.Train.Top1, n.Train.TestImages
	case n.Export != nil && n.Export.Top1 > 0:
		top1, images = n.Export.Top1, n.Export.TestImages
	default:
		return ""
	}
	s := text.Percent(top1) + " top-1 accuracy"
	if images > 0 {
		s += " on " + text.Grouped(images) + " test images"
	}
	return s
}

// comparison is the sentence about another network.
func comparison(n, other Network) string {
	if n.Train == nil || other.Train == nil || n.Train.Top1 == 0 || other.Train.Top1 == 0 {
		return ""
	}
	s := fmt.Sprintf("%s reaches %s", capital(other.Name), text.Percent(other.Train.Top1))
	if us := other.latency(); us > 0 {
		s += " in " + text.Latency(us)
	}
	word := "less"
	if other.Train.Top1 > n.Train.Top1 {
		word = "more"
	}
	return fmt.Sprintf("%s: %.1f points %s.", s, 100*math.Abs(n.Train.Top1-other.Train.Top1), word)
}

// measured is the sentence about a table.
func measured(t *LatencyTable) string {
	s := fmt.Sprintf("Measured %s blocks on %s", text.Grouped(t.Rows), t.Device)
	if v := t.Validation; v != nil {
		s += fmt.Sprintf("; predictions of %d whole networks are off by %s on average", v.N, text.Percent(v.MAPE))
	} else if c := t.Certainty; c.Origin == lut.LeaveOneOut {
		s += fmt.Sprintf("; not validated: %d networks, each left out of the calibration, are off by %s on average", c.Networks, text.Percent(c.MeanError))
	}
	return s + "."
}

// latency is the measured latency in µs, otherwise the predicted one, otherwise 0.
func (n Network) latency() float64 {
	if n.Bench != nil && n.Bench.LatencyUS > 0 {
		return n.Bench.LatencyUS
	}
	return n.predicted()
}

// predicted is the latency that the table predicted, in µs; 0 if unknown.
func (n Network) predicted() float64 {
	if n.PredictedUS == 0 && n.Bench != nil {
		return n.Bench.PredictedUS
	}
	return n.PredictedUS
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
