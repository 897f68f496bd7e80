package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
)

type benchResult struct {
	Models  []benchModel   `json:"models"`
	Device  job.DeviceInfo `json:"device"`
	Runtime string         `json:"runtime"`
	Table   *string        `json:"table"`
	// FixedPerformance is on, off or unsupported. A target is meant in default
	// mode, and held against what was measured.
	FixedPerformance string  `json:"fixed_performance"`
	Seconds          float64 `json:"seconds"`
}

type benchModel struct {
	Path          string    `json:"path"`
	LatencyUS     *float64  `json:"latency_us"`
	P50US         *float64  `json:"p50_us"`
	P90US         *float64  `json:"p90_us"`
	IQRFraction   *float64  `json:"iqr_fraction"`
	Rounds        int       `json:"rounds"`
	DroppedGroups int       `json:"dropped_groups"`
	RawUS         []float64 `json:"raw_us"`
	SentinelRatio *float64  `json:"sentinel_ratio"`
	PredictedUS   *float64  `json:"predicted_us"`
	TargetUS      *float64  `json:"target_us"`
	Met           *bool     `json:"met"`
	Providers     []string  `json:"providers"`
	Noisy         *string   `json:"noisy"`
	Failure       *string   `json:"failure"`

	// Unusual counts infinities, NaNs and denormal numbers in its outputs, which
	// make its time doubtful; null without any.
	Unusual *unusualInfo `json:"unusual_outputs"`
	// Inputs are those of the model at the shapes that it was timed at; null where
	// the file is no model.
	Inputs []job.ValueInfo `json:"inputs"`
	// Shares are each operator's, by the runtime's profiler, which slows runs
	// down: shares hold, times would not. Null unless asked for.
	Shares []latency.Share `json:"shares"`
	// AgainstFirst compares this model with the first one, round by round.
	AgainstFirst *latency.Comparison `json:"against_first"`
}

// unusualInfo is a latency.Unusual in a document.
type unusualInfo struct {
	NaNs     int64 `json:"nans"`
	Infinite int64 `json:"infinite"`
	Denormal int64 `json:"denormal"`
	OutOf    int64 `json:"out_of"`
}

func (u unusualInfo) String() string {
	return latency.Unusual{NaNs: u.NaNs, Infinite: u.Infinite, Denormal: u.Denormal, OutOf: u.OutOf}.String()
}

func benchOf(path string, r latency.Result, target time.Duration, provider string) benchModel {
	m := benchModel{Path: path, Rounds: r.Rounds, DroppedGroups: r.DroppedGroups, RawUS: []float64{}, Providers: []string{provider}}
	if target > 0 {
		us := float64(target) / float64(time.Microsecond)
		m.TargetUS = &us
	}
	if r.Failure != nil {
		why := r.Failure.Error()
		m.Failure = &why
		return m
	}
	m.LatencyUS, m.P50US, m.P90US, m.IQRFraction = &r.LatencyU, &r.P50U, &r.P90U, &r.IQRFraction
	m.RawUS, m.SentinelRatio, m.Noisy = r.RawU, &r.SentinelRatio, orNull(r.Noisy)
	m.AgainstFirst = r.Against
	if u := r.Unusual; u != nil {
		m.Unusual = &unusualInfo{u.NaNs, u.Infinite, u.Denormal, u.OutOf}
	}
	if m.TargetUS != nil {
		met := r.LatencyU <= *m.TargetUS
		m.Met = &met
	}
	return m
}

// verdict is the command's error: models that do not run come before those
// that are too slow.
func (r benchResult) verdict() error {
	var failed, slow []string
	for _, m := range r.Models {
		switch {
		case m.Failure != nil:
			failed = append(failed, fmt.Sprintf("%s: %s", m.Path, *m.Failure))
		case m.Met != nil && !*m.Met:
			slow = append(slow, fmt.Sprintf("%s takes %s, the target is %s", m.Path, text.Latency(*m.LatencyUS), text.Latency(*m.TargetUS)))
		}
	}
	if len(failed) > 0 {
		return errors.New(strings.Join(failed, "; "))
	}
	if len(slow) > 0 {
		return fault.New(fault.Target, "Search with a lower target, or raise this one.", "%s", strings.Join(slow, "; "))
	}
	return nil
}

func (r benchResult) Text(w io.Writer) error {
	t := text.NewTable(text.Left("model"), text.Right("latency"), text.Right("raw p50"), text.Right("raw p90"),
		text.Right("IQR"), text.Right("dropped"), text.Right("predicted"), text.Right("target"), text.Left("note"))
	for _, m := range r.Models {
		t.Row(m.Path, micro(m.LatencyUS), micro(m.P50US), micro(m.P90US), fraction(m.IQRFraction),
			fmt.Sprintf("%d", m.DroppedGroups), micro(m.PredictedUS), micro(m.TargetUS), m.note(r.Device))
	}
	if err := t.WriteText(w); err != nil {
		return err
	}
	for _, m := range r.Models {
		if err := m.writeShares(w); err != nil {
			return err
		}
	}
	return nil
}

// note says what the figures do not.
func (m benchModel) note(d job.DeviceInfo) string {
	var notes []string
	if d.Emulator != nil {
		notes = append(notes, "emulated: says nothing about times")
	}
	if d.Replayed {
		notes = append(notes, "replayed: measured earlier")
	}
	switch {
	case m.Failure != nil:
		notes = append(notes, *m.Failure)
	case m.Met != nil && *m.Met:
		notes = append(notes, "met")
	case m.Met != nil:
		notes = append(notes, "missed")
	}
	if c := m.AgainstFirst; c != nil {
		notes = append(notes, fmt.Sprintf("%s the first (%s, 95 %% of %s to %s)", against(*c),
			text.Change(c.Ratio, 1), text.Change(c.Low, 1), text.Change(c.High, 1)))
	}
	if m.Unusual != nil {
		notes = append(notes, "outputs hold "+m.Unusual.String())
	}
	if m.Noisy != nil {
		notes = append(notes, "not steady: "+*m.Noisy)
	}
	return strings.Join(notes, "; ")
}

// against says how two models compare, as far as the rounds tell.
func against(c latency.Comparison) string {
	switch {
	case !c.Differs():
		return "not told from"
	case c.Ratio < 1:
		return "faster than"
	}
	return "slower than"
}

// micro writes a latency that may be absent.
func micro(us *float64) string {
	if us == nil {
		return text.Absent
	}
	return text.Latency(*us)
}

// fraction writes a fraction that may be absent.
func fraction(x *float64) string {
	if x == nil {
		return text.Absent
	}
	return text.Percent(*x)
}
