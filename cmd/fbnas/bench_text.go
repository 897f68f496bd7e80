package main

import (
	"fmt"
	"io"
	"strings"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
)

func benchText(w io.Writer, r *job.BenchResult) error {
	t := text.NewTable(text.Left("model"), text.Right("latency"), text.Right("raw p50"), text.Right("raw p90"),
		text.Right("IQR"), text.Right("dropped"), text.Right("predicted"), text.Right("target"), text.Left("note"))
	for _, m := range r.Models {
		t.Row(m.Path, micro(m.LatencyUS), micro(m.P50US), micro(m.P90US), fraction(m.IQRFraction),
			fmt.Sprintf("%d", m.DroppedGroups), micro(m.PredictedUS), micro(m.TargetUS), benchNote(m, r.Device))
	}
	if err := t.WriteText(w); err != nil {
		return err
	}
	for _, m := range r.Models {
		if err := writeShares(w, m); err != nil {
			return err
		}
	}
	return nil
}

// benchNote says what the figures do not show.
func benchNote(m job.BenchModel, d job.DeviceInfo) string {
	var notes []string
	if d.Emulator != nil {
		notes = append(notes, "emulated: says nothing about latency")
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
	if n := m.Note(); n != "" {
		notes = append(notes, "predicted: "+n)
	}
	if m.Unusual != nil {
		notes = append(notes, "outputs hold "+m.Unusual.String())
	}
	if m.Noisy != nil {
		notes = append(notes, "not steady: "+*m.Noisy)
	}
	return strings.Join(notes, "; ")
}

// against says how two models compare.
func against(c latency.Comparison) string {
	switch {
	case !c.Differs():
		return "no measured difference from"
	case c.Ratio < 1:
		return "faster than"
	}
	return "slower than"
}

func writeShares(w io.Writer, m job.BenchModel) error {
	if len(m.Shares) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s: shares of the time by the runtime's profiler (shares only: the profiler slows runs down)\n", m.Path)
	t := text.NewTable(text.Left("operator"), text.Right("share"), text.Right("nodes"), text.Left("provider"))
	for _, s := range m.Shares {
		t.Row(s.Op, text.Percent(s.Share), fmt.Sprint(s.Nodes), s.Provider)
	}
	return t.WriteText(w)
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
