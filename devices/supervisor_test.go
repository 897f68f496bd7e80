package devices

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSupervisorRestores: the supervisor restores settings however the program
// ends.
func TestSupervisorRestores(t *testing.T) {
	for name, signal := range map[string]syscall.Signal{"by itself": 0, "by a signal": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(name, text string) {
				if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("supervise.sh", string(supervisor))
			write("restore", "false\necho restored >mark\n")
			write("in", "")
			cmd := exec.Command("sh", dir+"/supervise.sh", dir, "3600", "sh", "-c", "echo up; test "+fmt.Sprint(int(signal))+" = 0 || sleep 1000")
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for signal != 0 {
				if out, _ := os.ReadFile(dir + "/out"); len(out) > 0 {
					cmd.Process.Signal(signal)
					break
				}
				time.Sleep(time.Millisecond)
			}
			cmd.Wait()
			want := map[bool]string{true: "0\n", false: "143\n"}[signal == 0]
			mark, _ := os.ReadFile(dir + "/mark")
			exit, _ := os.ReadFile(dir + "/exit")
			owed, _ := os.ReadFile(dir + "/restore")
			if string(mark) != "restored\n" || string(exit) != want || string(owed) != "false\n" {
				t.Errorf("mark %q, exit %q, still to be restored %q", mark, exit, owed)
			}
		})
	}
}

// TestRestoredLater: if the device ended a run's supervisor, the next contact
// restores what the run changed, the oldest run last; what cannot be restored
// stays noted.
func TestRestoredLater(t *testing.T) {
	contacts := map[string]func(r *remote) error{
		"open": func(r *remote) error {
			_, err := dial(t.Context(), "board", r.sh, r.base)
			return err
		},
		"run": func(r *remote) error {
			p, err := r.Start(t.Context(), []string{"/bin/echo"}, nil)
			if err != nil {
				return err
			}
			_, err = outcomeOf(p, "")
			return err
		},
		"clean": func(r *remote) error {
			_, err := cleanRemote(t.Context(), "board", r.sh, r.base)
			return err
		},
	}
	for name, contact := range contacts {
		r := dialForTest(t, &host{}, t.TempDir()+"/base")
		state := r.base + "/state"
		write := func(run, restore string, age time.Duration) {
			folder := r.runsFolder() + "/" + run
			if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(folder+"/lease", fmt.Appendln(nil, time.Now().Unix()), 0o600),
				os.WriteFile(folder+"/restore", []byte(restore), 0o600), os.Chtimes(folder+"/restore", time.Time{}, time.Now().Add(-age))); err != nil {
				t.Fatal(err)
			}
		}
		// The incomplete line was cut while it was written, before the change.
		write("b-1", "echo second >"+state+"\n", time.Second)
		write("a-1", "echo first >"+state+"\ncat "+r.base+"/up\nrm -r /prec", 2*time.Second)
		write("c-1", "echo third >"+state+"\n", 0)
		err := contact(r)
		got, _ := os.ReadFile(state)
		owed, _ := filepath.Glob(r.runsFolder() + "/*/restore")
		if string(got) != "first\n" || len(owed) != 1 {
			t.Errorf("%s: the state is %q, still to be restored: %q", name, got, owed)
		}
		if complains := name == "clean"; (err != nil) != complains || complains && !strings.Contains(err.Error(), "cannot be restored: cat") {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.WriteFile(r.base+"/up", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		err = contact(r)
		if owed, _ := filepath.Glob(r.runsFolder() + "/*/restore"); len(owed) != 0 || err != nil {
			t.Errorf("%s, when it is up: still to be restored: %q, %v", name, owed, err)
		}
	}
}
