package devices

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// texts are files of a device's system, by their paths without the leading slash;
// the outputs of commands are among them, by the command's name.
type texts map[string][]byte

// Open is not needed: fs.ReadFile calls ReadFile.
func (t texts) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

func (t texts) ReadFile(name string) ([]byte, error) {
	if text, ok := t[name]; ok {
		return text, nil
	}
	return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// Names of what Android and the processor report, read like files.
const (
	properties = "getprop"
	machine    = "uname -m"
)

// factsScript prints what identify reads, each text after a line with its length
// and name. Long files are cut off, and those that cannot be read are left out.
const factsScript = `show() { if [ -n "$2" ]; then echo "${#2} $1"; echo "$2"; fi; }
read_file() { show "$1" "$(head -c 65536 "/$1" 2>/dev/null | tr -d '\000')"; }
export LC_ALL=C
for f in proc/cpuinfo proc/meminfo proc/sys/kernel/osrelease proc/device-tree/model \
	proc/device-tree/serial-number etc/os-release etc/machine-id; do read_file $f; done
for f in /sys/devices/system/cpu/cpu[0-9]*/cpufreq/cpuinfo_max_freq; do read_file "${f#/}"; done
show "uname -m" "$(uname -m)"
if command -v getprop >/dev/null; then show getprop "$(getprop | grep -E '^.(ro\.soc\.|ro\.product\.|ro\.build\.version\.|ro\.board\.platform|ro\.serialno)' | head -c 65536)"; fi
exit 0
`

// Identity asks the device's system.
func (r *remote) Identity(ctx context.Context) (Identity, error) {
	var out []byte
	err := r.insist(ctx, func() (err error) {
		out, err = r.sh.run(ctx, factsScript, nil)
		return err
	})
	if err != nil {
		return Identity{}, r.explain("identify", err)
	}
	facts, err := parseFacts(out)
	if err != nil {
		return Identity{}, r.explain("identify", err)
	}
	id := identify(facts)
	id.Arch = architecture(read(facts, machine))
	if id.Cores == 0 {
		return id, r.explain("identify", errors.New("/proc/cpuinfo lists no processor"))
	}
	return id, nil
}

// parseFacts parses the output of factsScript.
func parseFacts(out []byte) (texts, error) {
	facts := texts{}
	for len(out) > 0 {
		head, rest, _ := bytes.Cut(out, []byte("\n"))
		length, name, ok := strings.Cut(strings.TrimRight(string(head), "\r"), " ")
		n, err := strconv.Atoi(length)
		if !ok || err != nil || n < 0 || n > len(rest) {
			return nil, fmt.Errorf("it did not describe itself; it answered %.80q", head)
		}
		facts[name] = rest[:n]
		out = bytes.TrimLeft(rest[n:], "\r\n")
	}
	return facts, nil
}

// architectures maps processor names of uname to GOARCH.
var architectures = map[string]string{
	"x86_64": "amd64", "aarch64": "arm64", "armv8l": "arm64", "armv7l": "arm", "i686": "386", "riscv64": "riscv64",
}

func architecture(uname string) string {
	if arch, ok := architectures[uname]; ok {
		return arch
	}
	return uname
}

// property is one of Android's system properties, which getprop prints as
// "[name]: [value]".
func property(root fs.FS, name string) string {
	return strings.Trim(lookup(read(root, properties), "["+name+"]", ": "), "[]")
}
