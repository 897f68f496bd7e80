package latency

import (
	"errors"
	"strings"

	"fbnas/devices"
)

// symptom is a way in which an agent fails to start on a device, recognised by
// the messages of the device's system, with what to do about it.
type symptom struct {
	says  []string // one of these, in lower case
	means string
	hint  string
}

// symptoms are tried in order, the more specific first. A shell reports a signal
// as 128 plus its number.
var symptoms = []symptom{
	{
		[]string{"failed to initialize pytorch cpuinfo library"},
		"ONNX Runtime cannot identify the processor, and works without its fast kernels",
		"Its times would not be those of an app. It reads /proc/cpuinfo and /sys/devices/system/cpu: let the device show them, or give its entry another runtime.",
	},
	{
		[]string{"failed to map segment", "permission denied", "exit status 126", "operation not permitted"},
		"its file system, or a rule of its system, does not allow programs to run from the folder",
		"Look for noexec in what mount says there. Over ssh, XDG_CACHE_HOME on the device moves the folder; a phone lets programs run from /data/local/tmp only.",
	},
	{
		[]string{"bad system call", "exit status 159"},
		"a filter of system calls ended the agent (SIGSYS)",
		"Reach the device by adb or ssh into its own system, not into an app or a container: those have such filters.",
	},
	{
		[]string{"version `glibc", "version `glibcxx", "symbol lookup error", "undefined symbol"},
		"the libraries do not belong together",
		"Leave out the entry's own runtime, or take one that is built for Debian 12 or an older system.",
	},
	{
		[]string{"kernel too old"},
		"its kernel is older than the agent's C library needs",
		"Update the system; Linux 3.7 or newer is needed.",
	},
	{
		[]string{"not page-aligned"},
		"its pages of memory are larger than a file of the bundle is built for",
		"Leave out the entry's own runtime and agent, or build them for pages of 64 KB.",
	},
	{
		[]string{"error while loading shared libraries", "cannot open shared object file", "invalid elf header", "wrong elf class", "cannot link executable"},
		"its loader refuses a file of the bundle",
		"Push it again: fbnas devices clean NAME, then the command again. A runtime of your own must be built for Linux and the device's processor.",
	},
	{
		[]string{"exec format error", "cannot execute", "not executable", "syntax error"},
		"its processor does not run the agent's programs",
		"64-bit programs are needed: check what uname -m prints there.",
	},
	{
		[]string{"exit status 127", "not found", "no such file or directory"},
		"the agent is no longer there",
		"Push it again: fbnas devices clean NAME, then the command again.",
	},
	{
		[]string{"illegal instruction", "exit status 132"},
		"its processor lacks an instruction that the runtime uses",
		"Leave out the entry's own runtime, or take one that is built for this processor.",
	},
	{
		[]string{"segmentation fault", "exit status 139", "bus error", "exit status 135"},
		"the agent or its runtime crashed",
		"Push it again: fbnas devices clean NAME, then the command again; then leave out the entry's own runtime.",
	},
	{
		[]string{"signal: killed", "exit status 137"},
		"its system killed the agent, for lack of memory most likely",
		"Close other programs there, and check how much memory is free.",
	},
	{
		[]string{"no space left on device"},
		"its storage is full",
		"Free some space on it; fbnas devices clean NAME removes what fbnas has put there.",
	},
}

// diagnose finds the symptom of an agent that did not start, or that reports that
// it cannot work there. A lost connection is not a symptom.
func diagnose(err error) (symptom, bool) {
	text := err.Error()
	var lost *lostError
	if errors.As(err, &lost) {
		if devices.IsLost(lost.exit) {
			return symptom{}, false
		}
		text += "\n" + lost.stderr
	}
	text = strings.ToLower(text)
	for _, s := range symptoms {
		for _, said := range s.says {
			if strings.Contains(text, said) {
				return s, true
			}
		}
	}
	return symptom{}, false
}
