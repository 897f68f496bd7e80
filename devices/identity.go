package devices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Identity reads what Linux reports of the machine below its root folder.
func (l *local) Identity(ctx context.Context) (Identity, error) {
	if err := ctx.Err(); err != nil {
		return Identity{}, err
	}
	id := identify(os.DirFS("/"))
	id.Arch = runtime.GOARCH
	if id.Cores == 0 {
		return id, fmt.Errorf("device %s: /proc/cpuinfo lists no processor", l.name)
	}
	return id, nil
}

// identify reads the root folder of a Linux system, or the texts of a device (see
// factsScript). What is missing stays zero.
func identify(root fs.FS) Identity {
	cpuinfo := read(root, "proc/cpuinfo")
	id := Identity{SoC: processor(root, cpuinfo), Unit: unit(serial(root))}
	for line := range strings.Lines(cpuinfo) {
		if key, _, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "processor" {
			id.Cores++
		}
	}
	for core := range id.Cores {
		khz, err := strconv.Atoi(read(root, fmt.Sprintf("sys/devices/system/cpu/cpu%d/cpufreq/cpuinfo_max_freq", core)))
		if err != nil {
			id.MaxKHz = nil
			break
		}
		id.MaxKHz = append(id.MaxKHz, khz)
	}
	if fields := strings.Fields(field(read(root, "proc/meminfo"), "MemTotal")); len(fields) > 0 {
		kib, _ := strconv.ParseInt(fields[0], 10, 64) // 0 means unknown
		id.MemoryBytes = kib << 10
	}
	id.OS = system(root)
	return id
}

// system is the version of the system and of the kernel, if known.
func system(root fs.FS) string {
	var parts []string
	if name := strings.Trim(assignment(read(root, "etc/os-release"), "PRETTY_NAME"), `"`); name != "" {
		parts = append(parts, name)
	}
	if version := property(root, "ro.build.version.release"); version != "" {
		parts = append(parts, "Android "+version)
	}
	if release := read(root, "proc/sys/kernel/osrelease"); release != "" {
		parts = append(parts, "Linux "+release)
	}
	return strings.Join(parts, ", ")
}

// processor is the processor's name: Android has it as a property, x86-64 kernels
// in cpuinfo, boards in the device tree; other arm64 kernels have only part
// numbers.
func processor(root fs.FS, cpuinfo string) string {
	for _, name := range []string{"ro.soc.model", "ro.board.platform"} {
		if v := property(root, name); v != "" {
			return strings.TrimSpace(property(root, "ro.soc.manufacturer") + " " + v)
		}
	}
	for _, name := range []string{"model name", "Hardware", "Model"} {
		if v := field(cpuinfo, name); v != "" {
			return v
		}
	}
	if v := strings.Trim(read(root, "proc/device-tree/model"), "\x00"); v != "" {
		return v
	}
	if part := field(cpuinfo, "CPU part"); part != "" {
		return "implementer " + field(cpuinfo, "CPU implementer") + " part " + part
	}
	return "unknown"
}

// serial identifies this machine among all others; it must not leave it.
func serial(root fs.FS) string {
	for _, name := range []string{"etc/machine-id", "proc/device-tree/serial-number"} {
		if v := strings.Trim(read(root, name), "\x00"); v != "" {
			return v
		}
	}
	return property(root, "ro.serialno")
}

// unit hashes the machine's identifier, so that it cannot be recognised.
func unit(machineID string) string {
	if machineID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("fbnas unit\n" + machineID))
	return hex.EncodeToString(sum[:8])
}

// read is a file's text without surrounding space, "" if it cannot be read.
func read(root fs.FS, name string) string {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// field is the first "key : value" of a text.
func field(text, key string) string { return lookup(text, key, ":") }

// assignment is the first "key=value" of a text.
func assignment(text, key string) string { return lookup(text, key, "=") }

func lookup(text, key, separator string) string {
	for line := range strings.Lines(text) {
		if k, v, ok := strings.Cut(line, separator); ok && strings.TrimSpace(k) == key {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
