package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// usage is what the processors have done: figures of a busy machine say little,
// so every row says how busy others were.
type usage struct {
	at       time.Time
	all, own time.Duration // own: of the turns that are over
}

// ticks is the length of one of /proc/stat's (USER_HZ, 100 on every Linux).
const ticks = 10 * time.Millisecond

// usageNow is zero where there is no /proc/stat.
func usageNow() usage {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return usage{}
	}
	var user, nice, system, idle, wait, irq, softirq, steal int64 // steal: by other guests of the host
	if _, err := fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &wait, &irq, &softirq, &steal); err != nil {
		return usage{}
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		return usage{}
	}
	return usage{time.Now(), time.Duration(user+nice+system+irq+softirq+steal) * ticks, time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

// othersSince is how many processors, on average, did something else.
func (u usage) othersSince(before usage) float64 {
	return max(0, float64((u.all-before.all)-(u.own-before.own))/float64(max(u.at.Sub(before.at), 1)))
}
