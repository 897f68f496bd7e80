package main

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"fbnas/internal/text"
)

const (
	logEvery  = 10 * time.Second // between two lines of the log
	drawEvery = 100 * time.Millisecond
	barWidth  = 30
)

// progress shows how far something is that lasts: stages one after the other,
// each a bar on a terminal and a line of the log now and then elsewhere.
type progress struct {
	screen *screen
	drawn  bool // bars instead of the log
	log    *slog.Logger
	now    func() time.Time

	stage string
	pace  pace
	told  time.Time // when it was last drawn or logged
	under bool      // a bar that is not full is on the screen
}

// pace is a stage's beginning, from which an estimate counts: what was done
// before says nothing about how fast it goes now.
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

// show shows how far the verb's job is, from the first time that it is told to
// the verb's end.
func (a *app) show(stage string, done, total int) {
	if a.shown == nil {
		a.shown = a.progress()
	}
	a.shown.at(stage, done, total)
}

// at says that done of total parts of a stage are done.
func (p *progress) at(stage string, done, total int) {
	now := p.now()
	begins := stage != p.stage
	if begins {
		p.close()
		p.stage, p.told, p.pace = stage, now, pace{now, done}
	}
	if p.drawn {
		p.draw(now, begins, done, total)
	} else if now.Sub(p.told) >= logEvery {
		p.told = now
		p.log.Info(stage, "done", fmt.Sprintf("%d/%d", done, total), "left", p.pace.left(now, done, total))
	}
}

// draw shows a stage on the terminal. A full bar is left there at once, and
// one that was full from the beginning never shown.
func (p *progress) draw(now time.Time, begins bool, done, total int) {
	full := done >= total
	if full && !p.under || !full && !begins && now.Sub(p.told) < drawEvery {
		return
	}
	p.told, p.under = now, !full
	filled := 0
	if total > 0 {
		filled = barWidth * min(done, total) / total
	}
	line := fmt.Sprintf("%s [%s%s] %d/%d", p.stage, strings.Repeat("=", filled), strings.Repeat("-", barWidth-filled), done, total)
	if !full {
		line += " " + p.pace.left(now, done, total) + " left"
	}
	p.screen.draw(line)
	if full {
		p.screen.leave()
	}
}

// left estimates the rest of a stage from its speed since it began.
func (p pace) left(now time.Time, done, total int) string {
	if done <= p.from {
		return text.Absent
	}
	per := now.Sub(p.began).Seconds() / float64(done-p.from)
	return text.Seconds(per * float64(total-done))
}

// close leaves what was drawn on the screen, whole or not.
func (p *progress) close() {
	p.under = false
	p.screen.leave()
}
