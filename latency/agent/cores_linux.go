package agent

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// pin binds the calling thread, and thus the threads that it starts, to as many
// cores as threads: the given one first, then the fastest. It returns the set as
// the kernel reports it, because a cpuset silently overrides the request.
func pin(core *int, threads int) (coreSet string, err error) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return "", fmt.Errorf("read the allowed cores: %w", err)
	}
	var cores []int
	for c := range 8 * len(allowed) * 8 {
		if allowed.IsSet(c) {
			cores = append(cores, c)
		}
	}
	chosen, err := choose(cores, coreSpeed, core, threads)
	if err != nil {
		return "", err
	}
	var set unix.CPUSet
	for _, c := range chosen {
		set.Set(c)
	}
	if err := unix.SchedSetaffinity(0, &set); err != nil {
		return "", fmt.Errorf("pin to cores %v: %w", chosen, err)
	}
	return statusField("Cpus_allowed_list")
}

// choose returns n of the allowed cores, the wanted one first, then by speed.
// Among equal ones it takes the last, because the first serves most interrupts.
func choose(allowed []int, speed func(int) int, want *int, n int) ([]int, error) {
	if n > len(allowed) {
		return nil, fmt.Errorf("%d threads need as many cores, %d are allowed", n, len(allowed))
	}
	if want != nil && !slices.Contains(allowed, *want) {
		return nil, fmt.Errorf("core %d is not among the allowed cores %v", *want, allowed)
	}
	order := slices.SortedFunc(slices.Values(allowed), func(a, b int) int {
		if want != nil && (a == *want) != (b == *want) {
			if a == *want {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(speed(b), speed(a)), cmp.Compare(b, a))
	})
	return order[:n], nil
}

// coreSpeed is a number by which a device's cores can be compared, 0 where the
// system does not report any.
func coreSpeed(core int) int {
	for _, name := range []string{"cpufreq/cpuinfo_max_freq", "cpu_capacity"} {
		text, err := os.ReadFile(fmt.Sprintf("/sys/devices/system/cpu/cpu%d/%s", core, name))
		if err != nil {
			continue
		}
		if n, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			return n
		}
	}
	return 0
}

// statusField reads a field of the calling thread's status.
func statusField(name string) (string, error) {
	text, err := os.ReadFile("/proc/thread-self/status")
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && key == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("/proc/thread-self/status has no %s", name)
}
