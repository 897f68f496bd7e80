package memory

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Available is how many bytes can be allocated without swapping: what Linux says for
// the machine, or less if a control group of the process has a limit. system
// is the root of the file system. The error wraps fs.ErrNotExist if there is
// no /proc/meminfo.
func Available(system fs.FS) (int64, error) {
	text, err := fs.ReadFile(system, "proc/meminfo")
	if err != nil {
		return 0, fmt.Errorf("available memory: %w", err)
	}
	kilobytes, ok := field(text, "MemAvailable:")
	if !ok {
		return 0, errors.New("available memory: /proc/meminfo has no MemAvailable")
	}
	available := kilobytes * 1024
	for _, group := range groups(system) {
		if left, limited := group.left(system); limited {
			available = min(available, left)
		}
	}
	return available, nil
}

// hierarchy has the names of the files of one version of control groups.
type hierarchy struct {
	mount, limit, usage string
	reclaimable         string // field of memory.stat: cached files that can be reclaimed
}

var (
	second = hierarchy{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"}
	first  = hierarchy{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
)

type group struct {
	hierarchy
	path string // below the mount point
}

// groups are those of this process with all their parents. In a container
// the path in /proc may be the host's, and the mount the container's own group:
// files that do not exist mean no limit.
func groups(system fs.FS) []group {
	text, err := fs.ReadFile(system, "proc/self/cgroup")
	if err != nil {
		return nil
	}
	var list []group
	for line := range strings.Lines(string(text)) {
		part := strings.SplitN(strings.TrimSpace(line), ":", 3) // number:controllers:path
		if len(part) != 3 {
			continue
		}
		var h hierarchy
		switch {
		case part[1] == "":
			h = second
		case strings.Contains(","+part[1]+",", ",memory,"):
			h = first
		default:
			continue
		}
		for p := path.Clean("/" + part[2]); ; p = path.Dir(p) {
			list = append(list, group{h, p})
			if p == "/" {
				break
			}
		}
	}
	return list
}

// left is what the group may still allocate; false if it has no limit.
func (g group) left(system fs.FS) (int64, bool) {
	limit, limited := g.number(system, g.limit)
	usage, known := g.number(system, g.usage)
	if !limited || !known {
		return 0, false
	}
	stat, err := fs.ReadFile(system, g.file("memory.stat"))
	if err == nil {
		cached, _ := field(stat, g.reclaimable)
		usage -= cached
	}
	return max(0, limit-usage), true
}

func (g group) file(name string) string { return path.Join(g.mount, g.path, name) }

// number reads a file that contains a number; "max" is none.
func (g group) number(system fs.FS, name string) (int64, bool) {
	text, err := fs.ReadFile(system, g.file(name))
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}

// field finds the number after a name at the beginning of a line.
func field(text []byte, name string) (int64, bool) {
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) >= 2 && words[0] == name {
			n, err := strconv.ParseInt(words[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
