package main

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"fbnas/internal/text"
)

const (
	logEvery  = 10 * time.Second // between two log lines
	drawEvery = 100 * time.Millisecond
	barWidth  = 30
)

// progress shows the progress of a long job: stages one after the other, each as
// a bar on a terminal, and elsewhere as a log line from time to time.
type progress struct {
	screen *screen
	drawn  bool // bars instead of the log
	log    *slog.Logger
	now    func() time.Time

	stage     string
	pace      pace
	lastShown time.Time // when it was last drawn or logged
	under     bool      // an unfinished bar is on the screen
}

// pace is the beginning of a stage, on which an estimate is based: earlier work
// says nothing about its speed.
type pace struct {
	began time.Time
	from  int
}

// progress begins to show progress; the caller ends it with close.
func (a *app) progress() *progress {
	return &progress{
		screen: a.screen, log: a.log, now: time.Now,
		drawn: a.screen.terminal() && !a.quiet && !a.json,
	}
}

// show shows the progress of the verb's job, from the first report to the verb's
// end.
func (a *app) show(stage string, done, total int) {
	if a.shown == nil {
		a.shown = a.progress()
	}
	a.shown.at(stage, done, total)
}

// at reports that done of total parts of a stage are done.
func (p *progress) at(stage string, done, total int) {
	now := p.now()
	begins := stage != p.stage
	if begins {
		p.close()
		p.stage, p.lastShown, p.pace = stage, now, pace{now, done}
	}
	if p.drawn {
		p.draw(now, begins, done, total)
	} else if now.Sub(p.lastShown) >= logEvery {
		p.lastShown = now
		p.log.Info(stage, "done", fmt.Sprintf("%d/%d", done, total), "left", p.pace.remaining(now, done, total))
	}
}

// draw shows a stage on the terminal. A full bar is finished at once, and one
// that is full from the beginning is never shown.
func (p *progress) draw(now time.Time, begins bool, done, total int) {
	full := done >= total
	if full && !p.under || !full && !begins && now.Sub(p.lastShown) < drawEvery {
		return
	}
	p.lastShown, p.under = now, !full
	filled := 0
	if total > 0 {
		filled = barWidth * min(done, total) / total
	}
	line := fmt.Sprintf("%s [%s%s] %d/%d", p.stage, strings.Repeat("=", filled), strings.Repeat("-", barWidth-filled), done, total)
	if !full {
		line += " " + p.pace.remaining(now, done, total) + " left"
	}
	p.screen.draw(line)
	if full {
		p.screen.leave()
	}
}

// remaining estimates the rest of a stage from its speed since it began.
func (p pace) remaining(now time.Time, done, total int) string {
	if done <= p.from {
		return text.Absent
	}
	per := now.Sub(p.began).Seconds() / float64(done-p.from)
	return text.Seconds(per * float64(total-done))
}

// close leaves what was drawn on the screen.
func (p *progress) close() {
	p.under = false
	p.screen.leave()
}
