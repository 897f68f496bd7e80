package agent

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// threadCounters reads the counters of the thread that opened it. It does not
// allocate, because the collector is off while groups run.
type threadCounters struct {
	schedstat int // file descriptor, -1 where the kernel has none
	buffer    [128]byte
}

func openCounters() *threadCounters {
	fd, err := unix.Open("/proc/thread-self/schedstat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		fd = -1
	}
	return &threadCounters{schedstat: fd}
}

func (t *threadCounters) read() Counters {
	var c Counters
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &usage) == nil {
		c.Switches, c.SwitchesKnown = int64(usage.Nivcsw), true
	}
	if t.schedstat >= 0 {
		if n, err := unix.Pread(t.schedstat, t.buffer[:], 0); err == nil {
			c.Delay, c.DelayKnown = runDelay(t.buffer[:n])
		}
	}
	return c
}

// runDelay is the second number of a schedstat line: nanoseconds in the run
// queue.
func runDelay(line []byte) (time.Duration, bool) {
	_, rest, ok := bytes.Cut(line, []byte(" "))
	if !ok {
		return 0, false
	}
	var n int64
	for i, c := range rest {
		if c < '0' || c > '9' {
			return time.Duration(n), i > 0
		}
		n = 10*n + int64(c-'0')
	}
	return 0, false
}

// capabilities names the counters that can be read.
func (t *threadCounters) capabilities() []string {
	out := []string{}
	c := t.read()
	if c.SwitchesKnown {
		out = append(out, "switches")
	}
	if c.DelayKnown {
		out = append(out, "delay")
	}
	return out
}

// currentCPU is the core that the calling thread runs on.
func currentCPU() int {
	var cpu uint32
	if _, _, errno := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); errno != 0 {
		return -1
	}
	return int(cpu)
}

// probeSink keeps the compiler from removing the probe's loop.
var probeSink uint64

// clockProbe times a chain of multiplications and additions, each of which needs
// the one before, so that it takes a fixed number of clock cycles: about 50 µs at
// 3 GHz. Taking the fastest of three excludes interrupts.
func clockProbe() float64 {
	const steps = 37_000
	best := time.Duration(1 << 62)
	for range 3 {
		x := probeSink | 1
		start := time.Now()
		for range steps {
			x = x*6364136223846793005 + 1442695040888963407
		}
		best = min(best, time.Since(start))
		probeSink = x
	}
	return micro(best)
}

// residentBytes is the process's resident memory, 0 where it cannot be read.
func residentBytes() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}

// memoryBytes is the device's memory, 0 where it cannot be read.
func memoryBytes() int64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0
	}
	return int64(info.Totalram) * int64(info.Unit)
}
