package main

import (
	"strconv"
	"strings"
	"time"

	"fbnas/internal/fault"
	"fbnas/search"
)

// latencies parses targets into microseconds: times such as 15ms, or parts of
// the slowest network such as 40%.
func latencies(texts []string, largest float64) ([]float64, error) {
	if len(texts) == 0 {
		return nil, fault.New(fault.Usage, "Give --target 15ms.", "no target is given")
	}
	var us []float64
	for _, text := range texts {
		if part, err := parsePart(text); err == nil && strings.HasSuffix(text, "%") && part > 0 {
			us = append(us, part*largest)
			continue
		}
		d, err := time.ParseDuration(strings.TrimSpace(text))
		if err != nil || d <= 0 {
			return nil, fault.New(fault.Usage, "Write it like 15ms, 1.3ms or 800us, or like 40% of the space's slowest network.", "%q is no latency", text)
		}
		us = append(us, float64(d)/float64(time.Microsecond))
	}
	return us, nil
}

// parsePart parses 0.02 and 2%.
func parsePart(text string) (float64, error) {
	number, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	return v, err
}

// margin parses auto or a part.
func margin(text string, cost search.Cost) (float64, error) {
	if text == "auto" {
		return search.AutoMargin(cost)
	}
	v, err := parsePart(text)
	if err != nil || !(v >= 0 && v < 1) {
		return 0, fault.New(fault.Usage, "Write auto, or a part such as 2% or 0.02.", "%q is no margin", text)
	}
	return v, nil
}
