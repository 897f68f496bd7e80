package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/devices/devicestest"
	"fbnas/internal/setup"
)

// TestRemoteScripts runs the command lines of testdata/remote with a real ssh
// server on this machine as the device, whose address is BOARD.
func TestRemoteScripts(t *testing.T) {
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	board := devicestest.Start(t, devicestest.Options{})
	deviceScripts(t, "remote", map[string]string{"FBNAS_SSH": board.Client, "BOARD": board.Address()}, map[string]scriptCommand{
		"severed": func(ts *testscript.TestScript, _ bool, args []string) { severed(ts, t, board, args) },
		"lost": func(ts *testscript.TestScript, _ bool, args []string) {
			lost(ts, board.Cut, func() { board.Mend(t) }, args)
		},
	})
}

type scriptCommand = func(*testscript.TestScript, bool, []string)

// deviceScripts runs the command lines of a folder of testdata with what they
// need of a device: variables, and commands that do something to it.
func deviceScripts(t *testing.T, folder string, variables map[string]string, commands map[string]scriptCommand) {
	t.Helper()
	cache, err := setup.Cache()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]scriptCommand{"exits": exits, "document": document, "sigkill": sigkill, "sameform": sameForm}
	maps.Copy(all, commands)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", folder),
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			set := map[string]string{
				"FBNAS_CACHE": string(cache), "FBNAS_AGENT": agentProgram(t), "TMPDIR": env.WorkDir,
				"XDG_CONFIG_HOME": filepath.Join(env.WorkDir, "config"), "GORACE": "atexit_sleep_ms=0",
			}
			maps.Copy(set, variables)
			for name, value := range set {
				env.Setenv(name, value)
			}
			return nil
		},
		Cmds: all,
	})
}

// severed FILE TEXT COMMAND... cuts the line to the board when the file has the
// text, and mends it; the command must succeed all the same.
func severed(ts *testscript.TestScript, t *testing.T, board *devicestest.SSHD, args []string) {
	_, ended, stderr := until(ts, args)
	board.Cut()
	time.Sleep(500 * time.Millisecond)
	board.Mend(t)
	if err := <-ended; err != nil {
		ts.Fatalf("%v: %s", err, stderr.String())
	}
}

// lost FILE TEXT COMMAND... takes the device away when the file has the text,
// and gives it back when the command has ended, which must be with exit status
// 4. What it said is in the file lost.err then.
func lost(ts *testscript.TestScript, away, back func(), args []string) {
	cmd, ended, stderr := until(ts, args)
	away()
	err := <-ended
	back()
	ts.Check(os.WriteFile(ts.MkAbs("lost.err"), stderr.Bytes(), 0o600))
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		ts.Fatalf("%v: %s", err, stderr.String())
	}
}

// sameform A.lut B.lut says that two tables have records of the same kinds with
// the same fields.
func sameForm(ts *testscript.TestScript, _ bool, args []string) {
	a, b := form(ts, args[0]), form(ts, args[1])
	if !maps.Equal(a, b) {
		for _, path := range slices.Sorted(maps.Keys(a)) {
			if !b[path] {
				ts.Logf("only in %s: %s", args[0], path)
			}
		}
		for _, path := range slices.Sorted(maps.Keys(b)) {
			if !a[path] {
				ts.Logf("only in %s: %s", args[1], path)
			}
		}
		ts.Fatalf("the tables have different forms")
	}
}

func form(ts *testscript.TestScript, file string) map[string]bool {
	paths := map[string]bool{}
	for line := range strings.Lines(ts.ReadFile(file)) {
		var record any
		ts.Check(json.Unmarshal([]byte(line), &record))
		collect(paths, "", record)
	}
	return paths
}

// marks are fields that are only there when something was amiss, when the
// figures ask for that form of calibration, or where a device tells how it is.
var marks = map[string]bool{"noisy": true, "rejected": true, "dropped_groups": true, "attempts": true, "borders": true, "weight_us": true, "inner_us": true, "course": true, "max_khz": true}

func collect(paths map[string]bool, at string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if !marks[name] {
				collect(paths, at+"."+name, inner)
			}
		}
	case []any:
		for _, inner := range v {
			collect(paths, at+"[]", inner)
		}
	default:
		paths[at] = true
	}
}
