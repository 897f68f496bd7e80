package agent

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"fbnas/internal/ortc"
	"fbnas/latency/wire"
)

func TestChoose(t *testing.T) {
	phone := map[int]int{0: 1800, 1: 1800, 4: 2400, 5: 2400, 7: 2900}
	five, two := 5, 2
	for _, c := range []struct {
		name    string
		allowed []int
		speed   map[int]int
		core    *int
		threads int
		want    string
	}{
		{"fastest", []int{0, 1, 4, 5, 7}, phone, nil, 1, "[7]"},
		{"the next after it", []int{0, 1, 4, 5, 7}, phone, nil, 3, "[7 5 4]"},
		{"wanted first", []int{0, 1, 4, 5, 7}, phone, &five, 2, "[5 7]"},
		{"equal ones: the last", []int{0, 1}, nil, nil, 1, "[1]"},
		{"fastest is not allowed", []int{0, 4}, phone, nil, 1, "[4]"},
		{"wanted is not allowed", []int{0, 1}, phone, &two, 1, "core 2 is not among"},
		{"too many threads", []int{0, 1}, phone, nil, 3, "3 threads need as many cores"},
	} {
		got, err := choose(c.allowed, func(core int) int { return c.speed[core] }, c.core, c.threads)
		text := fmt.Sprint(got)
		if err != nil {
			text = err.Error()
		}
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: %s, want %s", c.name, text, c.want)
		}
	}
}

func TestRunDelay(t *testing.T) {
	for line, want := range map[string]time.Duration{"123 456 7\n": 456, "0 0 0\n": 0, "123 9876543210 7": 9876543210} {
		if got, ok := runDelay([]byte(line)); !ok || got != want {
			t.Errorf("%q: %v, %v", line, got, ok)
		}
	}
	for _, line := range []string{"", "123", "123 ", "123 x 1", "123 45"} {
		if got, ok := runDelay([]byte(line)); ok {
			t.Errorf("%q: %v", line, got)
		}
	}
}

func TestUnreadableSchedstatIsUnknown(t *testing.T) {
	c := (&threadCounters{schedstat: -1}).read()
	if c.DelayKnown || !slices.Equal(c.unknown(), []string{"delay"}) {
		t.Errorf("%+v, unknown %v", c, c.unknown())
	}
}

func TestDisturbed(t *testing.T) {
	at := func(switches int64, delay time.Duration) Counters {
		return Counters{Switches: switches, Delay: delay, SwitchesKnown: true, DelayKnown: true}
	}
	for _, c := range []struct {
		name    string
		was, is Counters
		want    bool
	}{
		{"nothing", at(3, 100), at(3, 100), false},
		{"switched", at(3, 100), at(4, 100), true},
		{"waited for 2 %", at(3, 0), at(3, 20*time.Microsecond), true},
		{"waking up", at(3, 0), at(3, 5*time.Microsecond), false},
		{"unknown", Counters{}, Counters{Switches: 9, Delay: time.Second}, false},
	} {
		if got := disturbed(c.was, c.is, time.Millisecond); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestFailureKinds(t *testing.T) {
	for text, want := range map[string]string{
		"Could not find an implementation for HardSwish(14)":   "unsupported_op",
		"Fatal error: x:Y(-1) is not a registered function/op": "unsupported_op",
		"std::bad_alloc": "oom",
		"Failed to allocate memory for requested buffer": "oom",
		"Load model failed: Protobuf parsing failed.":    "create",
	} {
		var f *wire.Failure
		if err := failure(wire.KindCreate, &ortc.Error{Message: text}); !errors.As(err, &f) || f.Kind != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	var f *wire.Failure
	if err := failure(wire.KindRun, errors.New(strings.Repeat("ä", 100_000))); !errors.As(err, &f) || len(f.Detail) > 1100 {
		t.Errorf("a long message is not cut: %d bytes", len(f.Detail))
	}
}

func TestSlowKernels(t *testing.T) {
	line := "Error in cpuinfo: ...\x1b[0m onnxruntime cpuid_info warning: Failed to initialize PyTorch cpuinfo library. May cause CPU EP performance degradation"
	if err := slowKernels([]string{"something else", line}); err == nil {
		t.Error("a runtime without its fast kernels passes")
	}
	if err := slowKernels([]string{"something else"}); err != nil {
		t.Error(err)
	}
}

// TestCaptureStderr writes to the descriptor, like a C library: under go test
// -json the testing package replaces os.Stderr by stdout.
func TestCaptureStderr(t *testing.T) {
	var failed error
	got := captureStderr(func() { _, failed = unix.Write(2, []byte("one\ntwo\n")) })
	if failed != nil {
		t.Fatal(failed)
	}
	if !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("%q", got)
	}
}
