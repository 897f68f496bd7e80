package main

import (
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/creack/pty"
)

// columns is the width of the tests' terminal: too narrow for some bars.
const columns = 60

// onTerminal has something write to a terminal, and returns every byte that
// came there.
func onTerminal(t *testing.T, write func(*os.File)) string {
	t.Helper()
	person, program, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer person.Close()
	if err := pty.Setsize(program, &pty.Winsize{Rows: 25, Cols: columns}); err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	go func() {
		all, _ := io.ReadAll(person) // ends with an error when the program has closed its side
		got <- string(all)
	}()
	write(program)
	if err := program.Close(); err != nil {
		t.Fatal(err)
	}
	return <-got
}

// seen are the lines that a person sees of what came to a terminal. A bar must
// fit in a line, or it could not be wiped.
func seen(t *testing.T, got string) []string {
	t.Helper()
	var lines []string
	for line := range strings.SplitSeq(got, "\r\n") {
		drawn := strings.Split(line, wipe)
		for _, bar := range drawn[:len(drawn)-1] {
			if n := utf8.RuneCountInString(bar); n >= columns {
				t.Errorf("a bar of %d columns: %q", n, bar)
			}
		}
		visible := drawn[len(drawn)-1]
		if strings.ContainsAny(visible, "\x1b\r") {
			t.Errorf("the terminal is steered otherwise: %q", visible)
		}
		lines = append(lines, visible)
	}
	return lines
}

// Whenever a line is written, with a bar or after it, it is on the terminal
// and whole.
func TestLinesBesideBars(t *testing.T) {
	got := onTerminal(t, func(f *os.File) {
		a := newApp(f, f)
		a.log = slog.New(newHandler(a.errOut, slog.LevelInfo))
		p, now := a.progress(), time.Unix(0, 0)
		p.now = func() time.Time { return now }
		a.log.Warn("before a bar")
		for done := 0; done <= 5; done++ {
			p.at("full soon", done, 5)
			a.log.Warn("beside a bar", "done", done)
			now = now.Add(time.Second)
		}
		p.at("here before", 7, 7)
		p.at("a stage whose name says a lot", 100, 300)
		a.log.Warn("beside a bar that wants a wider terminal")
		now = now.Add(time.Second)
		p.at("a stage whose name says a lot", 101, 300)
		now = now.Add(drawEvery / 2)
		p.at("a stage whose name says a lot", 102, 300) // too soon
		a.log.Warn("before the end")
		p.close()
		a.log.Warn("after the end")
		p.close()
	})
	want := []string{
		"warning: before a bar",
		"warning: beside a bar (done=0)",
		"warning: beside a bar (done=1)",
		"warning: beside a bar (done=2)",
		"warning: beside a bar (done=3)",
		"warning: beside a bar (done=4)",
		"full soon [==============================] 5/5",
		"warning: beside a bar (done=5)",
		"warning: beside a bar that wants a wider terminal",
		"warning: before the end",
		"a stage whose name says a lot [==========--------------------] 101/300 3 min 19 s left"[:columns-1],
		"warning: after the end",
		"",
	}
	if lines := seen(t, got); !slices.Equal(lines, want) {
		t.Errorf("seen:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if bar := "full soon [======------------------------] 1/5 4.0 s left"; !strings.Contains(got, wipe+bar) {
		t.Errorf("no %q in %q", bar, got)
	}
}

// Quiet, and with --json, nothing is drawn.
func TestNoBarsOnTheTerminal(t *testing.T) {
	for name, a := range map[string]*app{"quiet": {quiet: true}, "json": {json: true}} {
		got := onTerminal(t, func(f *os.File) {
			a.screen, a.log = &screen{w: f}, slog.New(slog.DiscardHandler)
			p := a.progress()
			p.at("blocks", 1, 2)
			p.close()
		})
		if got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}
