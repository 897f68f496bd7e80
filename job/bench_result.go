package job

import (
	"fmt"
	"strings"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
)

// BenchResult is the document of fbnas bench.
type BenchResult struct {
	Models  []BenchModel `json:"models"`
	Device  DeviceInfo   `json:"device"`
	Runtime string       `json:"runtime"`
	Table   *string      `json:"table"`
	// FixedPerformance is on, off or unsupported. A target is meant in default
	// mode, but is compared with what was measured.
	FixedPerformance string  `json:"fixed_performance"`
	Seconds          float64 `json:"seconds"`
}

// BenchModel is a model's measurement in a document.
type BenchModel struct {
	Path          string    `json:"path"`
	LatencyUS     *float64  `json:"latency_us"`
	P50US         *float64  `json:"p50_us"`
	P90US         *float64  `json:"p90_us"`
	IQRFraction   *float64  `json:"iqr_fraction"`
	Rounds        int       `json:"rounds"`
	DroppedGroups int       `json:"dropped_groups"`
	RawUS         []float64 `json:"raw_us"`
	SentinelRatio *float64  `json:"sentinel_ratio"`
	PredictedInfo
	TargetUS  *float64 `json:"target_us"`
	Met       *bool    `json:"met"`
	Providers []string `json:"providers"`
	Noisy     *string  `json:"noisy"`
	Failure   *string  `json:"failure"`

	// Unusual counts infinities, NaNs and denormal numbers in the outputs, which
	// make the time doubtful; null if there are none.
	Unusual *UnusualInfo `json:"unusual_outputs"`
	// Inputs are the model's inputs, at the shapes that were timed; null where
	// the file is not a model.
	Inputs []ValueInfo `json:"inputs"`
	// Shares are the operators' shares of the time. The runtime's profiler slows
	// runs down, so only the shares are valid, not the times. Null unless asked
	// for.
	Shares []latency.Share `json:"shares"`
	// AgainstFirst compares this model with the first one, round by round.
	AgainstFirst *latency.Comparison `json:"against_first"`

	foreign bool // no ONNX model, as far as fbnas can tell
}

// UnusualInfo is a latency.Unusual in a document.
type UnusualInfo struct {
	NaNs     int64 `json:"nans"`
	Infinite int64 `json:"infinite"`
	Denormal int64 `json:"denormal"`
	OutOf    int64 `json:"out_of"`
}

func (u UnusualInfo) String() string {
	return latency.Unusual{NaNs: u.NaNs, Infinite: u.Infinite, Denormal: u.Denormal, OutOf: u.OutOf}.String()
}

func benchOf(f benchFile, r latency.Result, target *time.Duration, provider string) BenchModel {
	m := BenchModel{Path: f.path, Inputs: f.described(), foreign: f.foreign, Rounds: r.Rounds, DroppedGroups: r.DroppedGroups, RawUS: []float64{}, Providers: []string{provider}}
	if target != nil {
		m.TargetUS = new(float64(*target) / float64(time.Microsecond))
	}
	if r.Failure != nil {
		m.Failure = new(r.Failure.Error())
		return m
	}
	m.LatencyUS, m.P50US, m.P90US, m.IQRFraction = &r.LatencyUS, &r.P50US, &r.P90US, &r.IQRFraction
	m.RawUS, m.SentinelRatio, m.Noisy = r.RawUS, &r.SentinelRatio, orNull(r.Noisy)
	m.AgainstFirst = r.Against
	if u := r.Unusual; u != nil {
		m.Unusual = &UnusualInfo{u.NaNs, u.Infinite, u.Denormal, u.OutOf}
	}
	if m.TargetUS != nil {
		m.Met = new(r.LatencyUS <= *m.TargetUS)
	}
	return m
}

// verdict is the command's error: models that do not run are reported before
// those that are too slow.
func (r *BenchResult) verdict() error {
	var failed, slow []string
	hint := ""
	for _, m := range r.Models {
		switch {
		case m.Failure != nil:
			failed = append(failed, fmt.Sprintf("%s: %s", m.Path, *m.Failure))
			if m.foreign && hint == "" {
				hint = fmt.Sprintf("Give a complete ONNX file: %s is not one, or was cut off.", m.Path)
			}
		case m.Met != nil && !*m.Met:
			slow = append(slow, fmt.Sprintf("%s takes %s, the target is %s", m.Path, text.Latency(*m.LatencyUS), text.Latency(*m.TargetUS)))
		}
	}
	if len(failed) > 0 {
		return fault.New(fault.Failure, hint, "%s", strings.Join(failed, "; "))
	}
	if len(slow) > 0 {
		return fault.New(fault.Target, "Search with a lower target, or raise this one.", "%s", strings.Join(slow, "; "))
	}
	return nil
}
