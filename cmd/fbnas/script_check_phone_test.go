package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/devices/devicestest"
	"fbnas/internal/await"
	"fbnas/internal/setup"
)

// handy is a person with the phone in the hand: it reads what the script says
// and does what it asks for.
type handy struct {
	out     string // the folder that the script writes
	said    bytes.Buffer
	answers io.Writer
	acts    []act // in the order in which they are asked for
}

type act struct {
	asked string
	do    func()
}

func (h *handy) Write(p []byte) (int, error) {
	h.said.Write(p)
	for len(h.acts) > 0 && strings.Contains(h.said.String(), h.acts[0].asked) {
		next := h.acts[0]
		h.acts = h.acts[1:]
		next.do()
	}
	return len(p), nil
}

func (h *handy) says(answer string) func() {
	return func() { _, _ = io.WriteString(h.answers, answer+"\n") }
}

// TestCheckPhone runs make check-phone's script with a fake phone.
func TestCheckPhone(t *testing.T) {
	t.Parallel()
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		name  string
		args  []string
		acts  func(*handy, *testing.T, *devicestest.Phone) []act
		want  []string // in the summary, in this order
		fails bool
	}{
		{
			name: "nobody there", args: []string{"--yes", "computed", "cable_pulled", "restarted", "restored"},
			want: []string{"ok      listed", "ok      registered", "ok      checked", "ok      computed", "SKIPPED cable_pulled", "SKIPPED restarted", "ok      restored", "All that was tried works"},
		},
		{
			name: "with hands",
			acts: func(h *handy, t *testing.T, phone *devicestest.Phone) []act {
				return []act{
					{"pull the cable for a moment", h.says("y")},
					{"cable NOW", func() {
						phone.Unplug(t)
						lostFor(t, filepath.Join(h.out, "cable.lut.err"))
						phone.Attach(t)
					}},
					{"May the phone be restarted?", h.says("y")},
					{"The phone restarts.", func() { lose(t, phone); phone.Attach(t) }},
				}
			},
			want: []string{"ok      checked", "ok      tabled", "ok      computed", "ok      private", "ok      host_killed", "ok      cable_pulled", "ok      restarted", "ok      restored", "ok      cleaned", "All that was tried works"},
		},
		{
			name: "idle hands", args: []string{"cable_pulled", "restarted"},
			acts: func(h *handy, t *testing.T, phone *devicestest.Phone) []act {
				return []act{{"pull the cable for a moment", h.says("y")}, {"May the phone be restarted?", h.says("")}}
			},
			want: []string{"FAILED  cable_pulled", "SKIPPED restarted", "failed: cable_pulled. Send the folder"}, fails: true,
		},
		{
			name: "unauthorized", args: []string{"--yes"},
			acts: func(_ *handy, t *testing.T, phone *devicestest.Phone) []act {
				phone.Breaks("unauthorized")
				phone.Attach(t)
				return nil
			},
			want: []string{"FAILED  listed", "failed: listed. Send the folder"}, fails: true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			phone := devicestest.NewPhone(t)
			phone.Becomes(t, "unsupported", 0)
			out := filepath.Join(t.TempDir(), "out")
			cmd := exec.Command("sh", append([]string{"../../scripts/check-phone.sh"}, c.args...)...)
			cmd.Env = append(phone.Environ(), "OUT="+out, "FBNAS=fbnas", "FBNAS_AGENT="+agentProgram(t), "FBNAS_PHONE="+phone.Serial(),
				"FBNAS_CHECK_ROUNDS=2", "FBNAS_CHECK_LONG=12", "GORACE=atexit_sleep_ms=0")
			answers, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			h := &handy{out: out, answers: answers}
			if c.acts != nil {
				h.acts = c.acts(h, t, phone)
			}
			cmd.Stdout, cmd.Stderr = h, h
			err = cmd.Run()
			summary, _ := os.ReadFile(filepath.Join(out, "summary.txt"))
			if (err != nil) != c.fails || !inOrder(string(summary), c.want) || len(h.acts) > 0 {
				t.Errorf("%v, %d acts were not asked for\n%s\nit said: %s", err, len(h.acts), summary, &h.said)
				logs, _ := filepath.Glob(filepath.Join(out, "*.err"))
				for _, log := range logs {
					text, _ := os.ReadFile(log)
					t.Logf("%s:\n%s", filepath.Base(log), text)
				}
			}
		})
	}
}

// lostFor waits until fbnas says that the phone is lost.
func lostFor(t *testing.T, log string) {
	t.Helper()
	await.Until(t, "fbnas says that the phone is lost", func() bool {
		text, err := os.ReadFile(log)
		return err == nil && bytes.Contains(text, []byte("the connection to the device is lost"))
	})
}

// lose empties what lies on the phone, as a restart may that comes before all is
// written.
func lose(t *testing.T, phone *devicestest.Phone) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(phone.Folder, "fbnas", "files"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Truncate(path, 0)
	})
	if err != nil {
		t.Error(err)
	}
}

func inOrder(text string, parts []string) bool {
	for _, part := range parts {
		_, rest, ok := strings.Cut(text, part)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}
