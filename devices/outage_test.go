package devices

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestOutage: a lost device is logged at once, then less and less often, and once
// when it is back.
func TestOutage(t *testing.T) {
	var said bytes.Buffer
	o := Outage{Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))}
	began := time.Unix(1000, 0)
	var when []int
	for s := range 1000 {
		why := ""
		if s >= 3 && s < 900 {
			why = "cable pulled"
		}
		before := said.Len()
		o.See(began.Add(time.Duration(s)*time.Second), why, time.Duration(900-s)*time.Second)
		if said.Len() > before {
			when = append(when, s-3)
		}
	}
	if want := []int{0, 5, 10, 20, 40, 80, 160, 320, 620, 897}; !slices.Equal(when, want) {
		t.Errorf("spoke after %v seconds, want %v", when, want)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	for i, want := range map[int]string{0: "for=14m57s", 1: "still trying", len(lines) - 1: "back\" after=14m57s"} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("said %q, want %q", lines[i], want)
		}
	}
}
