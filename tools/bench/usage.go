package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// usage is the processors' working time: figures from a busy machine mean little,
// so every row says how busy others were.
type usage struct {
	at       time.Time
	all, own time.Duration // own: of finished turns
}

// ticks is the length of a tick in /proc/stat (USER_HZ, 100 on every Linux).
const ticks = 10 * time.Millisecond

// usageNow is zero if there is no /proc/stat.
func usageNow() usage {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return usage{}
	}
	var user, nice, system, idle, wait, irq, softirq, steal int64 // steal: used by other guests of the host
	if _, err := fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &wait, &irq, &softirq, &steal); err != nil {
		return usage{}
	}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		return usage{}
	}
	return usage{time.Now(), time.Duration(user+nice+system+irq+softirq+steal) * ticks, time.Duration(u.Utime.Nano() + u.Stime.Nano())}
}

// othersSince is how many processors, on average, did other work.
func (u usage) othersSince(before usage) float64 {
	return max(0, float64((u.all-before.all)-(u.own-before.own))/float64(max(u.at.Sub(before.at), 1)))
}
