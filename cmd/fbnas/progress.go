package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"fbnas/report"
)

// logEvery is how often progress that is not drawn is told in the log.
const logEvery = 10 * time.Second

// screen is stderr: lines that are written while a bar is drawn go above it.
type screen struct {
	mu    sync.Mutex
	w     io.Writer
	drawn *mpb.Progress
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drawn != nil {
		if n, err := s.drawn.Write(p); err == nil {
			return n, nil
		}
	}
	return s.w.Write(p)
}

func (s *screen) draw(p *mpb.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drawn = p
}

// terminal reports whether people see what is written as it comes.
func (s *screen) terminal() bool {
	f, ok := s.w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// progress shows how far something is that lasts: stages one after the other,
// each a bar on a terminal and a line of the log now and then elsewhere.
type progress struct {
	screen *screen
	bars   *mpb.Progress // nil: the log
	log    *slog.Logger
	now    func() time.Time

	stage string
	bar   *mpb.Bar
	pace  pace
	told  time.Time
}

// pace is a stage's beginning, from which an estimate counts: what was done
// before says nothing about how fast it goes now.
type pace struct {
	began time.Time
	from  int
}

// progress begins to show progress; the caller ends it with close.
func (a *app) progress() *progress {
	p := &progress{screen: a.screen, log: a.log, now: time.Now}
	if a.screen.terminal() && !a.quiet && !a.json {
		p.bars = mpb.New(mpb.WithOutput(a.screen.w), mpb.WithWidth(40))
		a.screen.draw(p.bars)
	}
	return p
}

// at says that done of total parts of a stage are done.
func (p *progress) at(stage string, done, total int) {
	if stage != p.stage {
		p.end()
		p.stage, p.told, p.pace = stage, p.now(), pace{p.now(), done}
		if p.bars != nil {
			p.bar = p.newBar(stage, done, total)
		}
	}
	if p.bar != nil {
		p.bar.SetCurrent(int64(done))
		return
	}
	if now := p.now(); now.Sub(p.told) >= logEvery {
		p.told = now
		p.log.Info(stage, "done", fmt.Sprintf("%d/%d", done, total), "left", p.pace.left(now, done, total))
	}
}

func (p *progress) newBar(stage string, done, total int) *mpb.Bar {
	pace, now := p.pace, p.now
	return p.bars.AddBar(int64(total),
		mpb.PrependDecorators(decor.Name(stage+" ")),
		mpb.AppendDecorators(
			decor.CountersNoUnit("%d/%d "),
			decor.Any(func(s decor.Statistics) string { return pace.left(now(), int(s.Current), int(s.Total)) + " left" }),
		),
		mpb.BarOptional(mpb.BarRemoveOnComplete(), done >= total))
}

// left estimates the rest of a stage from its speed since it began.
func (p pace) left(now time.Time, done, total int) string {
	if done <= p.from {
		return report.Absent
	}
	per := now.Sub(p.began).Seconds() / float64(done-p.from)
	return report.Seconds(per * float64(total-done))
}

// end ends the stage under way, whole or not.
func (p *progress) end() {
	if p.bar != nil {
		p.bar.Abort(false)
		p.bar = nil
	}
}

// close leaves what was drawn on the screen and gives it back to the log.
func (p *progress) close() {
	p.end()
	if p.bars != nil {
		p.bars.Wait()
		p.screen.draw(nil)
	}
}
