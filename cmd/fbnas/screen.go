package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// wipe empties the terminal line with the cursor.
const wipe = "\r\x1b[K"

// screen is stderr, whose last line may be a progress bar. Written lines appear
// above the bar, and are on the screen when Write returns: they do not wait for
// the bar, so none is lost with it.
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

// draw replaces the bar on the last line.
func (s *screen) draw(bar string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if width := s.columns() - 1; len(bar) > width {
		bar = strings.ToValidUTF8(bar[:width], "") // a line that wraps could not be wiped
	}
	// If the terminal fails for a bar, it fails for the lines, too, and they
	// report it.
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

// terminal reports whether stderr is a terminal.
func (s *screen) terminal() bool { return s.columns() > 0 }

// columns is the terminal's width; 0 if it is not a terminal.
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
		return 80 // serial lines do not report their width
	}
	return int(size.Col)
}
