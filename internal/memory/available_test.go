package memory

import (
	"errors"
	"io/fs"
	"testing"
	"testing/fstest"
)

const meminfo = "MemTotal:       16000 kB\nMemFree:         1000 kB\nMemAvailable:   10000 kB\n"

func TestAvailable(t *testing.T) {
	const machine = 10000 * 1024
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no groups", nil, machine},
		{"second version, a limit", map[string]string{
			"proc/self/cgroup":                        "0::/user/fbnas\n",
			"sys/fs/cgroup/user/fbnas/memory.max":     "5000000\n",
			"sys/fs/cgroup/user/fbnas/memory.current": "1000000\n",
		}, 4000000},
		{"cached files count as free", map[string]string{
			"proc/self/cgroup":                   "0::/fbnas\n",
			"sys/fs/cgroup/fbnas/memory.max":     "5000000\n",
			"sys/fs/cgroup/fbnas/memory.current": "1000000\n",
			"sys/fs/cgroup/fbnas/memory.stat":    "anon 600000\ninactive_file 400000\n",
		}, 4400000},
		{"an outer group is tighter", map[string]string{
			"proc/self/cgroup":                        "0::/user/fbnas\n",
			"sys/fs/cgroup/user/fbnas/memory.max":     "max\n",
			"sys/fs/cgroup/user/fbnas/memory.current": "1000000\n",
			"sys/fs/cgroup/user/memory.max":           "3000000\n",
			"sys/fs/cgroup/user/memory.current":       "2000000\n",
		}, 1000000},
		{"a limit above the machine's", map[string]string{
			"proc/self/cgroup":             "0::/\n",
			"sys/fs/cgroup/memory.max":     "5000000000\n",
			"sys/fs/cgroup/memory.current": "0\n",
		}, machine},
		{"more used than allowed", map[string]string{
			"proc/self/cgroup":             "0::/\n",
			"sys/fs/cgroup/memory.max":     "1000\n",
			"sys/fs/cgroup/memory.current": "2000\n",
		}, 0},
		{"first version, a host's path in a container", map[string]string{
			"proc/self/cgroup":                           "12:cpu,cpuacct:/x\n4:memory:/docker/abc\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "6000000\n",
			"sys/fs/cgroup/memory/memory.usage_in_bytes": "1000000\n",
			"sys/fs/cgroup/memory/memory.stat":           "total_inactive_file 1000\n",
			"sys/fs/cgroup/x/memory.max":                 "1\n",
			"sys/fs/cgroup/x/memory.current":             "0\n",
		}, 5001000},
		{"not understood", map[string]string{
			"proc/self/cgroup":             "rubbish\n0::/\n",
			"sys/fs/cgroup/memory.max":     "many\n",
			"sys/fs/cgroup/memory.current": "0\n",
		}, machine},
	} {
		t.Run(c.name, func(t *testing.T) {
			system := fstest.MapFS{"proc/meminfo": {Data: []byte(meminfo)}}
			for name, text := range c.files {
				system[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got, err := Available(system); err != nil || got != c.want {
				t.Errorf("%d bytes (%v), want %d", got, err, c.want)
			}
		})
	}
}

func TestAvailableUnknown(t *testing.T) {
	if _, err := Available(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v without /proc", err)
	}
	if _, err := Available(fstest.MapFS{"proc/meminfo": {Data: []byte("MemFree: 1 kB\n")}}); err == nil {
		t.Error("no error for a meminfo without MemAvailable")
	}
}

func FuzzAvailable(f *testing.F) {
	f.Add(meminfo, "0::/a/b\n4:memory:/c\n", "100", "50", "inactive_file 1\n")
	f.Fuzz(func(t *testing.T, info, cgroup, limit, usage, stat string) {
		file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
		system := fstest.MapFS{"proc/meminfo": file(info), "proc/self/cgroup": file(cgroup),
			"sys/fs/cgroup/memory.max": file(limit), "sys/fs/cgroup/memory.current": file(usage), "sys/fs/cgroup/memory.stat": file(stat)}
		full, err := Available(system)
		if err != nil {
			return
		}
		system["proc/self/cgroup"] = file("")
		if without, err := Available(system); err != nil || full > without {
			t.Errorf("%d bytes with groups, %d without (%v)", full, without, err)
		}
	})
}
