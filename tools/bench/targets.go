package main

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// cellsOf selects the rows of a kind whose settings agree with where.
type cellsOf struct {
	bench string
	where line
}

func (c cellsOf) has(r row) bool {
	for key, v := range c.where {
		if r.setting[key] != v {
			return false
		}
	}
	return r.bench == c.bench
}

// Cells over batch 64 and 128, 1 and 2 threads.
var (
	reluCells   = cellsOf{"step", line{"net": "relu"}}
	hswishCells = cellsOf{"step", line{"net": "hswish_se"}}
	masksCells  = cellsOf{"masks", line{"options": 10}}
)

// target is the required value of a figure: at most mean as the geometric mean
// over its cells, and at most worst in each.
type target struct {
	name        string
	of          []cellsOf
	figure      string
	mean, worst float64
}

var unbounded = math.Inf(1)

// targets are the requirements for training and search, as far as a row measures
// them.
var targets = []target{
	{"step time to PyTorch's, relu network", []cellsOf{reluCells}, "ratio_to_best_torch", 0.85, 1.1},
	{"step time to PyTorch's, hard-swish and SE", []cellsOf{hswishCells}, "ratio_to_best_torch", 1, 1.1},
	{"step time to PyTorch's, supernet with masks", []cellsOf{masksCells}, "ratio_to_best_torch", 0.8, 1.1},
	{"peak memory to PyTorch's", []cellsOf{reluCells, hswishCells, masksCells}, "ratio_peak_to_torch", 0.6, unbounded},
	{"peak memory to PyTorch's, less what loading needs", []cellsOf{reluCells, hswishCells, masksCells}, "ratio_peak_less_load_to_torch", 0.75, unbounded},
	{"step time of 10 options a choice to none", []cellsOf{masksCells}, "ratio_masks", 1.05, unbounded},
	{"peak memory of 10 options a choice to none", []cellsOf{masksCells}, "ratio_masks_peak", 1.05, unbounded},
	{"first step of the demo's supernet, s", []cellsOf{{"start", nil}}, "first_step_s", 5, 5},
	{"share of the time that waits for images", []cellsOf{{"images", nil}}, "wait_share_blocked", 0.02, 0.02},
}

// result is a row with its line.
type result struct {
	row  row
	line line
}

// verdict is the line of a target over the measured rows; nil if there are none.
// A target only holds if none of its cells is missing.
func (t target) verdict(all []row, results []result) line {
	cells := 0
	for _, r := range all {
		if t.has(r) {
			cells++
		}
	}
	var logs []float64
	worst, where, busiest := math.Inf(-1), "", 0.0
	for _, r := range results {
		v, ok := r.line[t.figure].(float64)
		if !ok || !t.has(r.row) {
			continue
		}
		logs = append(logs, math.Log(v))
		if others, ok := r.line["others_busy_cores"].(float64); ok {
			busiest = max(busiest, others)
		}
		if v > worst {
			worst, where = v, r.row.title()
		}
	}
	if len(logs) == 0 {
		return nil
	}
	mean := geometric(logs)
	l := line{
		"bench": "target", "target": t.name, "figure": t.figure, "cells": len(logs), "cells_missing": cells - len(logs),
		"geometric_mean": rounded(mean), "mean_at_most": t.mean, "worst": rounded(worst), "worst_cell": where,
		"others_busy_cores": busiest,
		"holds":             mean <= t.mean && worst <= t.worst && len(logs) == cells,
	}
	if t.worst != unbounded {
		l["worst_at_most"] = t.worst
	}
	return l
}

func (t target) has(r row) bool {
	return slices.ContainsFunc(t.of, func(c cellsOf) bool { return c.has(r) })
}

// geometric is the geometric mean of numbers whose logarithms are given.
func geometric(logs []float64) float64 {
	sum := 0.0
	for _, l := range logs {
		sum += l
	}
	return math.Exp(sum / float64(len(logs)))
}

// title is the row in words, which -only matches: "step batch=64 net=relu …".
func (r row) title() string {
	words := []string{r.bench}
	for _, key := range slices.Sorted(maps.Keys(r.setting)) {
		words = append(words, fmt.Sprintf("%s=%v", key, r.setting[key]))
	}
	return strings.Join(words, " ")
}
