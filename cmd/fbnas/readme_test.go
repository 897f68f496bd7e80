package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/internal/setup"
)

// small is what the README's commands get beside their own flags, by the verb,
// so that they end in seconds.
var small = map[string]string{
	"profile": "--space DIR/space.yaml --rounds 2 --allow-noisy",
	"search":  "--epochs 2 --batch 8 --pad-crop 0",
	"train":   "--epochs 2 --batch 8 --pad-crop 0",
	"export":  "",
	"bench":   "--rounds 2 --allow-noisy",
}

// TestReadmeScripts runs the commands at the head of the README, one after the
// other in a folder with nothing but a data set, as they stand there.
func TestReadmeScripts(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skip(err)
	}
	t.Setenv("FBNAS_AGENT", agentProgram(t))
	files := terminalFiles(t)
	t.Chdir(t.TempDir())
	if err := datasettest.WriteBars("photos", 96, 24, 6, 3); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for line := range strings.Lines(string(readme)) {
		command, ok := strings.CutPrefix(line, "    fbnas ")
		if !ok {
			continue
		}
		command, _, _ = strings.Cut(command, "     ") // what it is for stands behind it
		verb, _, _ := strings.Cut(command, " ")
		flags, known := small[verb]
		if !known {
			t.Errorf("%s: the test has no small setting for it", verb)
		}
		args := strings.Fields(command + " " + strings.ReplaceAll(flags, "DIR", filepath.ToSlash(files)))
		var out, errOut bytes.Buffer
		if exit := run(t.Context(), args, &out, &errOut); exit != 0 {
			t.Fatalf("fbnas %s: exit status %d\n%s", strings.Join(args, " "), exit, &errOut)
		}
		ran++
	}
	if ran != len(small) {
		t.Errorf("%d commands were run, want %d", ran, len(small))
	}
}
