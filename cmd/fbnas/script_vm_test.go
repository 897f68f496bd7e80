package main

import (
	"encoding/json"
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/devices/devicestest"
	"fbnas/internal/setup"
	"fbnas/latency"
	"fbnas/lut"
)

// TestVirtualMachine runs the command lines of testdata/vm with a virtual arm64
// board as the device, whose address is BOARD. It takes minutes: make check-vm.
func TestVirtualMachine(t *testing.T) {
	if os.Getenv("FBNAS_CHECK_VM") == "" {
		t.Skip("make check-vm runs it")
	}
	if _, err := setup.Files(setup.RuntimeARM64, setup.ArmLibraries, setup.Machine, setup.Kernel, setup.Userland); err != nil {
		t.Fatal(err)
	}
	board := devicestest.StartBoard(t)
	variables := map[string]string{
		"FBNAS_AGENT_ARM64": os.Getenv("FBNAS_AGENT_ARM64"), "FBNAS_SSH": board.Client, "BOARD": board.Address(),
	}
	deviceScripts(t, "vm", variables, map[string]scriptCommand{
		"kept":     kept,
		"powercut": func(ts *testscript.TestScript, _ bool, args []string) { powerCut(ts, t, board, args) },
		"blackout": func(ts *testscript.TestScript, _ bool, args []string) { blackout(ts, board, args) },
		"power": func(ts *testscript.TestScript, _ bool, args []string) {
			board.Off()
			if args[0] == "on" {
				board.On(t)
			}
		},
	})
}

// powerCut FILE TEXT COMMAND... takes the board's power away when the file has
// the text, and switches it on again; the command must succeed all the same.
// FILE.cut is the file as it was then.
func powerCut(ts *testscript.TestScript, t *testing.T, board *devicestest.Board, args []string) {
	_, ended, stderr := until(ts, args)
	board.Off()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".cut"), []byte(ts.ReadFile(args[0])), 0o644))
	board.On(t)
	if err := <-ended; err != nil {
		ts.Fatalf("%v: %s", err, stderr.String())
	}
}

// blackout FILE TEXT COMMAND... is a power cut after which the user ends the
// command.
func blackout(ts *testscript.TestScript, board *devicestest.Board, args []string) {
	cmd, ended, stderr := until(ts, args)
	board.Off()
	ts.Check(cmd.Process.Signal(syscall.SIGINT))
	if got := status(<-ended); got != 130 {
		ts.Fatalf("exit status %d after SIGINT\n%s", got, stderr.String())
	}
}

// kept CUT TABLE says that whatever the one table had reported of blocks is in
// the other.
func kept(ts *testscript.TestScript, _ bool, args []string) {
	reported, there := medians(ts, args[0]), medians(ts, args[1])
	if len(reported) == 0 {
		ts.Fatalf("nothing was reported in %s", args[0])
	}
	lost := maps.Clone(reported)
	maps.DeleteFunc(lost, func(us float64, _ bool) bool { return there[us] })
	if len(lost) > 0 {
		ts.Fatalf("%d of %d reported medians are lost", len(lost), len(reported))
	}
}

// medians are those of the groups that count, in a table's rows and rounds.
func medians(ts *testscript.TestScript, file string) map[float64]bool {
	found := map[float64]bool{}
	for line := range strings.Lines(ts.ReadFile(file)) {
		var record struct {
			Raw   []lut.Sample
			Round latency.Round
		}
		if json.Unmarshal([]byte(line), &record) != nil || record.Round.Rejected != "" {
			continue // the last line may be cut short
		}
		for _, sample := range record.Raw {
			found[sample.MedianUS] = true
		}
		for _, group := range record.Round.Groups {
			if !group.Dropped {
				found[group.MedianUS] = true
			}
		}
	}
	return found
}
