package main

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/job"
)

// limits parses targets.
func limits(texts []string) ([]job.Limit, error) {
	var all []job.Limit
	for _, text := range texts {
		l, err := limitOf(text)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// limitOf parses a time such as 15ms, or a part of the slowest network such as
// 40%: a number above 0.
func limitOf(text string) (job.Limit, error) {
	var l job.Limit
	var err error
	value := &l.US
	if strings.HasSuffix(withoutSpace(text), "%") {
		value = &l.Part
		*value, err = parsePart(text)
	} else {
		*value, err = latencyUS(text)
	}
	if err != nil || !(*value > 0) || math.IsInf(*value, 0) {
		return l, fault.New(fault.Usage, "Write it like 15ms, 1.3ms or 800us, or like 40% of the space's slowest network.", "%q is not a latency", text)
	}
	return l, nil
}

// latencyUS parses a latency, in the notation of text.Latency or Go, into
// microseconds: 68.0 µs, 68us, 0.068ms, 1m2s.
func latencyUS(text string) (float64, error) {
	text = withoutSpace(text)
	for _, unit := range []struct {
		name string
		us   float64
	}{ // those that end like others first; µ has two code points
		{"ns", 1e-3}, {"us", 1}, {"\u00b5s", 1}, {"\u03bcs", 1}, {"ms", 1e3}, {"s", 1e6},
	} {
		if number, ok := strings.CutSuffix(text, unit.name); ok {
			if v, err := strconv.ParseFloat(number, 64); err == nil {
				return v * unit.us, finiteOr(v, text)
			}
			break
		}
	}
	d, err := time.ParseDuration(text)
	return float64(d) / float64(time.Microsecond), err
}

func finiteOr(v float64, text string) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return fmt.Errorf("%q is not a finite number", text)
	}
	return nil
}

// withoutSpace is text without white space, of whatever width.
func withoutSpace(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, text)
}

// latencyFlag is a flag's latency, to the nanosecond.
type latencyFlag time.Duration

// Set parses a latency as people type it.
func (l *latencyFlag) Set(text string) error {
	us, err := latencyUS(text)
	if ns := us * 1e3; err == nil && math.Abs(ns) < math.MaxInt64 {
		*l = latencyFlag(math.Round(ns))
		return nil
	}
	return cmp.Or(err, fmt.Errorf("%q is out of range", text))
}

func (l *latencyFlag) String() string { return time.Duration(*l).String() }

// Type is the type in the help.
func (*latencyFlag) Type() string { return "duration" }

// parsePart parses a finite number such as 0.02 or 2%.
func parsePart(text string) (float64, error) {
	number, percent := strings.CutSuffix(withoutSpace(text), "%")
	v, err := strconv.ParseFloat(number, 64)
	if percent {
		v /= 100
	}
	return v, cmp.Or(err, finiteOr(v, text))
}

// marginOf parses auto or a part; nil where the flag is not given.
func marginOf(cmd *cobra.Command, text string) (*job.Margin, error) {
	if !cmd.Flags().Changed("margin") {
		return nil, nil
	}
	return parseMargin(text)
}

func parseMargin(text string) (*job.Margin, error) {
	if text == "auto" {
		return &job.Margin{Auto: true}, nil
	}
	v, err := parsePart(text)
	if err != nil || !(v >= 0 && v < 1) {
		return nil, fault.New(fault.Usage, "Write auto, or a part such as 2% or 0.02.", "%q is not a margin", text)
	}
	return &job.Margin{Part: v}, nil
}
