package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestProgressIsLoggedNowAndThen(t *testing.T) {
	var out bytes.Buffer
	a := &app{screen: &screen{w: &out}, log: slog.New(newHandler(&out, slog.LevelInfo))}
	p := a.progress()
	now := time.Unix(0, 0)
	p.now = func() time.Time { return now }
	// 100 of 300 groups were there before; each of the others takes a second.
	for done := 100; done <= 300; done += 5 {
		p.at("blocks", done, 300)
		now = now.Add(5 * time.Second)
	}
	p.at("networks", 0, 40)
	p.close()
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 20 || lines[0] != "blocks (done=110/300 left=3 min 10 s)" || lines[19] != "blocks (done=300/300 left=0.0 s)" {
		t.Errorf("%d lines, the first %q, the last %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

func TestNothingIsDrawnOnWhatIsNoTerminal(t *testing.T) {
	var out bytes.Buffer
	a := &app{screen: &screen{w: &out}, log: slog.New(newHandler(&out, slog.LevelWarn)), quiet: true}
	p := a.progress()
	p.at("blocks", 1, 2)
	p.close()
	if out.Len() > 0 {
		t.Errorf("wrote %q", out.String())
	}
}
