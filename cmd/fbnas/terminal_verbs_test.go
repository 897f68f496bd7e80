package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"fbnas/dataset/datasettest"
	"fbnas/internal/jsonschema"
	"fbnas/internal/setup"
	"fbnas/job"
	"fbnas/report"
)

type terminalRow struct {
	line    string
	warning string // how one begins that it certainly gives
	judges  bool   // figures that are what they are: any exit status is right
}

// onTerminals has a line of every verb, in an order in which each finds what it
// needs in the folder DIR.
var onTerminals = []terminalRow{
	{line: "version"},
	{line: "completion bash"},
	{line: "doctor"},
	{line: "setup --dry-run"},
	{line: "space list"},
	{line: "space show demo"},
	{line: "models list"},
	{line: "models show DIR/tiny.yaml"},
	{line: "devices add board ssh://nobody@nowhere.invalid"},
	{line: "devices remove board"},
	{line: "devices list"},
	{line: "devices check local"},
	{line: "devices clean local"},
	{line: "data show DIR/data"},
	{line: "profile --device local --space DIR/space.yaml --rounds 2 --allow-noisy -o DIR/x.lut"},
	{line: "lut show DIR/x.lut"},
	{line: "lut range DIR/x.lut"},
	{line: "lut validate DIR/x.lut --device local --networks 10 --rounds 2 --allow-noisy"},
	{line: "lut calibrate DIR/x.lut --device local --networks 10 --rounds 2 --allow-noisy"},
	{line: "lut check DIR/x.lut --device local --rows 5 --allow-noisy", judges: true},
	{line: "lut diff DIR/x.lut DIR/x.lut"},
	{line: "lut merge DIR/x.lut DIR/x.lut -o DIR/y.lut"},
	{line: "lut schema"},
	{line: "baseline uniform --lut DIR/x.lut --limit 100% -o DIR/uniform.yaml"},
	{line: "baseline random --lut DIR/x.lut --limit 100% -o DIR/random.yaml"},
	{line: "baseline mobilenetv2 --lut DIR/x.lut --limit 100% -o DIR/mobilenetv2.yaml"},
	{line: "baseline mobilenetv3 --lut DIR/x.lut --limit 100% -o DIR/mobilenetv3.yaml"},
	{line: "baseline fbnetv2 --lut DIR/x.lut --limit 100% -o DIR/fbnetv2.yaml"},
	{line: "search --lut DIR/x.lut --data DIR/data --target 99% --margin 0 --epochs 2 --batch 8 --pad-crop 0 -o DIR/search", warning: "the expected cost ended at"},
	{line: "lut explain DIR/search"},
	{line: "train DIR/tiny.yaml --data DIR/data --epochs 2 --batch 9 --pad-crop 0 -o DIR/train", warning: "a batch of 9 is not a multiple of"},
	{line: "runs list --root DIR"},
	{line: "eval DIR/train"},
	{line: "import DIR/train -o DIR/w.safetensors"},
	{line: "export DIR/random.onnx --from DIR/tiny.yaml", warning: "no weights are given"},
	{line: "export DIR/model.onnx --from DIR/train"},
	{line: "verify DIR/model.onnx --root DIR"},
	{line: "bench DIR/model.onnx --device local --rounds 2 --allow-noisy"},
	{line: "report DIR/train DIR/model.onnx -o DIR/page.html"},
}

const terminalSpace = `version: 1
name: tiny
input: {channels: 1, height: 6, width: 6}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 1, width: 4, act: relu}
stages:
  - {blocks: 2, width: [4, 64], expansion: [1, 3, 6], kernel: [3, 5], act: relu}
head: {bias: true}
`

const terminalArch = `version: 1
name: tiny
input: {channels: 1, height: 6, width: 6}
classes: 3
rounding: {divisor: 1}
blocks:
  - {kind: conv, out: 4, kernel: 3, act: relu}
head: {bias: true}
`

// TestTerminal runs every verb in a pipe and on a terminal: what it writes and
// the warnings that it gives in a pipe are seen on the terminal, in that order,
// and with --json nothing is drawn.
func TestTerminal(t *testing.T) {
	for _, verb := range leaves(newApp(io.Discard, io.Discard).root()) {
		if !slices.ContainsFunc(onTerminals, func(row terminalRow) bool { return strings.HasPrefix(row.line+" ", verb+" ") }) {
			t.Errorf("%s has no line in onTerminals", verb)
		}
	}
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skip(err)
	}
	t.Setenv("FBNAS_AGENT", agentProgram(t))
	t.Setenv("FBNAS_ADB", "no-adb")
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	for mode, try := range map[string]func(*testing.T, terminalRow, []string){
		"pipe":     inPipe,
		"terminal": func(t *testing.T, row terminalRow, args []string) { onTerminalToo(t, row, args) },
		"json": func(t *testing.T, row terminalRow, args []string) {
			got, stdout := onTerminalToo(t, row, append(args, "--json"))
			if strings.Contains(got, wipe) || !json.Valid([]byte(stdout)) {
				t.Errorf("a bar, or no document: %q", got)
			}
			conforms(t, []byte(stdout))
			warned(t, []byte(stdout), seen(t, got))
		},
	} {
		t.Run(mode, func(t *testing.T) {
			dir := terminalFiles(t)
			for _, row := range onTerminals {
				if !t.Run(strings.ReplaceAll(row.line, "/", "|"), func(t *testing.T) {
					try(t, row, strings.Fields(strings.ReplaceAll(row.line, "DIR", dir)))
				}) {
					break // the next lines need what this one makes
				}
			}
		})
	}
}

// warned holds a document's warnings against those on the terminal.
func warned(t *testing.T, document []byte, lines []string) {
	t.Helper()
	var e job.Envelope
	if err := json.Unmarshal(document, &e); err != nil || e.Warnings == nil {
		t.Fatalf("warnings %v: %v", e.Warnings, err)
	}
	for _, line := range lines {
		warning, ok := strings.CutPrefix(line, "warning: ")
		if ok && !slices.ContainsFunc(e.Warnings, func(w string) bool { return strings.HasPrefix(w, warning) }) {
			t.Errorf("not in the document: %q", warning)
		}
	}
}

// conforms holds a document of success against the schema of its name.
func conforms(t *testing.T, document []byte) {
	t.Helper()
	var e job.Envelope
	if err := json.Unmarshal(document, &e); err != nil || e.Error != nil {
		return // a failure has what it has
	}
	name := strings.TrimSuffix(strings.TrimPrefix(e.Schema, "fbnas."), "/1")
	err := fmt.Errorf("no document of that name")
	for _, schema := range job.DocumentSchemas(name, report.Documents()[name]) {
		if err = jsonschema.Validate(schema, document); err == nil {
			return
		}
	}
	t.Errorf("%s: %v", e.Schema, err)
}

// leaves are the verbs of a command that do something, without its own name.
func leaves(root *cobra.Command) []string {
	var all []string
	for _, cmd := range root.Commands() {
		inner := leaves(cmd)
		for i := range inner {
			inner[i] = cmd.Name() + " " + inner[i]
		}
		if len(inner) == 0 {
			inner = []string{cmd.Name()}
		}
		all = append(all, inner...)
	}
	return all
}

// terminalFiles is a folder with what the first lines need.
func terminalFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"space.yaml": terminalSpace, "tiny.yaml": terminalArch} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := datasettest.WriteBars(filepath.Join(dir, "data"), 96, 24, 6, 3); err != nil {
		t.Fatal(err)
	}
	return dir
}

func inPipe(t *testing.T, row terminalRow, args []string) {
	var stdout, stderr bytes.Buffer
	exit := newApp(&stdout, &stderr).run(t.Context(), args)
	row.check(t, exit, stdout.String(), strings.Split(stderr.String(), "\n"))
}

// onTerminalToo runs a line on a terminal, and returns what came there and what
// of it was stdout's.
func onTerminalToo(t *testing.T, row terminalRow, args []string) (got, stdout string) {
	var out, both bytes.Buffer
	var exit int
	got = onTerminal(t, func(f *os.File) {
		a := newApp(io.MultiWriter(&out, &both, f), f)
		a.errOut = io.MultiWriter(&both, a.screen)
		exit = a.run(t.Context(), args)
	})
	lines := seen(t, got)
	row.check(t, exit, out.String(), lines)
	for written := range strings.Lines(both.String()) {
		i := slices.Index(lines, strings.TrimSuffix(written, "\n"))
		if i < 0 {
			t.Fatalf("not seen, or too late: %q\nin: %q", written, got)
		}
		lines = lines[i+1:]
	}
	return got, out.String()
}

// check holds against the row what holds anywhere.
func (row terminalRow) check(t *testing.T, exit int, stdout string, stderr []string) {
	t.Helper()
	if exit != 0 && !row.judges || stdout == "" {
		t.Errorf("exit status %d, result %q\n%s", exit, stdout, strings.Join(stderr, "\n"))
	}
	if row.warning != "" && !slices.ContainsFunc(stderr, func(line string) bool { return strings.HasPrefix(line, "warning: "+row.warning) }) {
		t.Errorf("no warning %q:\n%s", row.warning, strings.Join(stderr, "\n"))
	}
}
