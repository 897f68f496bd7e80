package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// wipe empties the line of a terminal on which the cursor stands.
const wipe = "\r\x1b[K"

// screen is stderr, whose last line may be a bar that shows progress. Lines
// that are written go above the bar, and are out when Write returns: nothing
// waits for the bar to be drawn, so nothing is lost with it.
type screen struct {
	mu  sync.Mutex
	w   io.Writer
	bar string // on the last line now; "": none
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar == "" {
		return s.w.Write(p)
	}
	if _, err := io.WriteString(s.w, wipe); err != nil {
		return 0, err
	}
	n, err := s.w.Write(p)
	if err == nil && bytes.HasSuffix(p, []byte("\n")) {
		_, err = io.WriteString(s.w, s.bar)
	}
	return n, err
}

// draw puts a bar on the last line, instead of the one that is there.
func (s *screen) draw(bar string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if width := s.columns() - 1; len(bar) > width {
		bar = strings.ToValidUTF8(bar[:width], "") // a line that wraps cannot be wiped
	}
	// A terminal that takes no bar fails for the lines, too, and they say so.
	_, _ = io.WriteString(s.w, wipe+bar)
	s.bar = bar
}

// leave ends the bar's line: what is written next goes below it.
func (s *screen) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != "" {
		_, _ = io.WriteString(s.w, "\n")
		s.bar = ""
	}
}

// terminal reports whether people see what is written as it comes.
func (s *screen) terminal() bool { return s.columns() > 0 }

// columns is the terminal's width; 0 on what is no terminal.
func (s *screen) columns() int {
	f, ok := s.w.(*os.File)
	if !ok {
		return 0
	}
	size, err := unix.IoctlGetWinsize(int(f.Fd()), unix.TIOCGWINSZ)
	switch {
	case err != nil:
		return 0
	case size.Col == 0:
		return 80 // a serial line does not know
	}
	return int(size.Col)
}
