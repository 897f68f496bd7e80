package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/internal/fault"
	"fbnas/job"
)

// writes are the command lines that write a file or a run's folder where the
// user says: OUT is replaced by the path. Each would fail later, on data, a
// table or a device that does not exist: what is said of OUT comes first.
var writes = []struct {
	verb, what string // the flag, or the argument as it is called in the verb's Use
	line       string
	run        bool // OUT is a run's folder
}{
	{verb: "profile", what: "--output", line: "--device nobody -o OUT"},
	{verb: "profile", what: "--output", line: "--device nobody -o OUT --dry-run"},
	{verb: "profile", what: "--record", line: "--device nobody -o x.lut --record OUT"},
	{verb: "lut merge", what: "--output", line: "none.lut none.lut -o OUT --force"},
	{verb: "lut calibrate", what: "X.lut", line: "OUT --device nobody"},
	{verb: "lut calibrate", what: "--record", line: "none.lut --device nobody --record OUT"},
	{verb: "lut validate", what: "X.lut", line: "OUT --device nobody"},
	{verb: "lut validate", what: "--record", line: "none.lut --device nobody --record OUT"},
	{verb: "lut check", what: "--record", line: "none.lut --device nobody --record OUT"},
	{verb: "search", what: "--output", line: "--lut none.lut --data none --target 1ms -o OUT", run: true},
	{verb: "train", what: "--output", line: "fbnetv2_f1 --data none -o OUT", run: true},
	{verb: "baseline uniform", what: "--output", line: "--lut none.lut --limit 1ms -o OUT"},
	{verb: "baseline random", what: "--output", line: "--lut none.lut --limit 1ms -o OUT"},
	{verb: "baseline mobilenetv2", what: "--output", line: "--lut none.lut --limit 1ms -o OUT"},
	{verb: "baseline mobilenetv3", what: "--output", line: "--lut none.lut --limit 1ms -o OUT"},
	{verb: "baseline fbnetv2", what: "--output", line: "--lut none.lut --limit 1ms -o OUT"},
	{verb: "import", what: "--output", line: "none.onnx -o OUT"},
	{verb: "export", what: "OUT.onnx", line: "OUT.onnx --from none"},
	{verb: "export", what: "its labels", line: "OUT.onnx --from none"},
	{verb: "export", what: "its card", line: "OUT.onnx --from none"},
	{verb: "verify", what: "--record", line: "none.onnx --device nobody --record OUT"},
	{verb: "eval", what: "--record", line: "none.onnx --device nobody --data none --record OUT"},
	{verb: "bench", what: "--record", line: "none.onnx --device nobody --record OUT"},
	{verb: "data show", what: "--report", line: "none --report OUT"},
	{verb: "report", what: "--output", line: "none -o OUT"},
	{verb: "report", what: "--summary", line: "none --summary OUT"},
}

// written is the file that a row is about, where OUT is the path in its line.
var written = map[string]string{"OUT.onnx": ".onnx", "its labels": ".labels.txt", "its card": ".md"}

// TestEveryWriterHasItsRow walks the verbs: a flag or an argument that names
// what is written has a row above.
func TestEveryWriterHasItsRow(t *testing.T) {
	rows := map[string]bool{}
	for _, w := range writes {
		rows[w.verb+" "+w.what] = true
	}
	outputs := []string{"output", "record", "summary"}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		verb := strings.TrimPrefix(cmd.CommandPath(), "fbnas ")
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			names := slices.Contains(outputs, f.Name) || f.Shorthand == "o" || strings.Contains(f.Usage, " to write")
			if names && !rows[verb+" --"+f.Name] {
				t.Errorf("%s --%s writes, and has no row", verb, f.Name)
			}
		})
		for _, word := range strings.Fields(cmd.Use)[1:] {
			if strings.HasPrefix(word, "OUT") && !rows[verb+" "+word] {
				t.Errorf("%s writes %s, and has no row", verb, word)
			}
		}
	}
	walk((&app{}).root())
}

// failure runs a command line that must fail, and returns its one document's
// error.
func failure(t *testing.T, verb, line string) job.Problem {
	t.Helper()
	var out, errOut bytes.Buffer
	args := append(strings.Fields(verb), append(strings.Fields(line), "--json")...)
	exit := run(context.Background(), args, &out, &errOut)
	var doc job.Envelope
	in := json.NewDecoder(&out)
	if err := in.Decode(&doc); err != nil || in.More() || doc.Status != "error" || doc.Error == nil {
		t.Fatalf("%q: document %+v (%v), want one of an error; stderr %s", args, doc, err, errOut.String())
	}
	if want := map[fault.Code]int{fault.Usage: 2, fault.Failure: 1, fault.Device: 4}[doc.Error.Code]; exit != want {
		t.Errorf("%q: exit status %d with code %s", args, exit, doc.Error.Code)
	}
	return *doc.Error
}

// TestOutputsAreCheckedFirst: a path that cannot be written to is refused before
// anything else is looked at; one in a folder that is missing is not, and a
// command that fails later has not made it.
func TestOutputsAreCheckedFirst(t *testing.T) {
	for _, w := range writes {
		for _, c := range []struct {
			name   string
			make   func(path string) error // what stands at the path
			out    string
			code   fault.Code
			reason string
		}{
			{"folder", func(path string) error { return os.MkdirAll(path, 0o755) }, "dir/x", fault.Usage, "x%s is a folder"},
			{"read-only", func(path string) error { return os.WriteFile(path, nil, 0o444) }, "x", fault.Failure, "x%s is read-only"},
			{"below a file", func(string) error { return os.WriteFile("file", nil, 0o644) }, "file/x", fault.Usage, "file is a file, not a folder"},
			{"disk that refuses", nil, "/proc/none/x", fault.Failure, "write to folder /proc: "},
			{"missing folder", nil, "new/folder/x", "", ""},
		} {
			if w.run && (c.name == "folder" || c.name == "read-only") {
				continue
			}
			t.Run(w.verb+" "+w.what+" "+c.name, func(t *testing.T) {
				t.Chdir(t.TempDir())
				end := written[w.what]
				if c.make != nil {
					if err := c.make(c.out + end); err != nil {
						t.Fatal(err)
					}
				}
				got := failure(t, w.verb, strings.ReplaceAll(w.line, "OUT", c.out))
				if c.reason == "" {
					if _, err := os.Stat("new"); err == nil || strings.Contains(got.Message, "new") && w.what != "X.lut" {
						t.Errorf("error %q, the folder was made: %v", got.Message, err == nil)
					}
					return
				}
				reason := strings.ReplaceAll(c.reason, "%s", end)
				if got.Code != c.code || !strings.Contains(got.Message, reason) || got.Hint == nil {
					t.Errorf("%s: %q (hint %v), want %s: %q", got.Code, got.Message, got.Hint, c.code, reason)
				}
			})
		}
	}
}

// TestInputsAreKept: what a verb reads is not overwritten by what it writes,
// nor a file of another kind by a page.
func TestInputsAreKept(t *testing.T) {
	for _, c := range []struct{ verb, line, says string }{
		{"import", "in -o in", "in is read, and would be overwritten"},
		{"import", "in -o link", "in is read, and would be overwritten"},
		{"import", "run -o run/weights.safetensors", "run/weights.safetensors is read, and would be overwritten"},
		{"import", "other --arch in -o in", "in is read, and would be overwritten"},
		{"baseline uniform", "--lut other --limit 1ms --space in -o in", "in is read, and would be overwritten"},
		{"baseline random", "--lut in --limit 1ms -o in", "in is read, and would be overwritten"},
		{"profile", "--device nobody --space in -o in", "in is read, and would be overwritten"},
		{"profile", "--device nobody --space in -o ./in --force", "in is read, and would be overwritten"},
		{"report", "run -o run/config.yaml", "run/config.yaml exists and is not a page"},
		{"report", "run --summary run/summary.json", "run/summary.json is read, and would be overwritten"},
		{"export", "README.onnx --from none", "README.md exists and is not a model card"},
		{"data show", "data --report in", "in exists and is not a page"},
	} {
		t.Run(c.verb+" "+c.line, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.Mkdir("run", 0o755); err != nil {
				t.Fatal(err)
			}
			for _, path := range []string{"in", "README.md", "run/weights.safetensors", "run/config.yaml", "run/summary.json"} {
				if err := os.WriteFile(path, []byte("what is kept"), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("in", "link"); err != nil {
				t.Fatal(err)
			}
			if got := failure(t, c.verb, c.line); got.Code != fault.Usage || !strings.Contains(got.Message, c.says) || got.Hint == nil {
				t.Errorf("%s: %q (hint %v), want %q", got.Code, got.Message, got.Hint, c.says)
			}
		})
	}
}

// TestPagesAreReplaced: a page of before, and an empty file, are no obstacle.
func TestPagesAreReplaced(t *testing.T) {
	for text, want := range map[string]bool{"": true, "<!DOCTYPE html>\n<html>": true, "<!doctype html>": true, "<!doc": false, "\xff\xd8\xff\xe0": false} {
		path := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := job.CheckPage(path); (err == nil) != want {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestFoldersOfRunsAreCheckedFirst: -o of train and search, and the folder that
// stands for it.
func TestFoldersOfRunsAreCheckedFirst(t *testing.T) {
	for _, w := range writes {
		if !w.run {
			continue
		}
		t.Run(w.verb, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for path, text := range map[string]string{"file": "", "runs": "", "held/summary.json": "{}"} {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			for out, reason := range map[string]string{
				"-o file": "file is a file, not a folder",
				"-o held": "held already holds a run",
				"":        "runs is a file, not a folder",
			} {
				got := failure(t, w.verb, strings.ReplaceAll(w.line, "-o OUT", out))
				if got.Code != fault.Usage || !strings.Contains(got.Message, reason) {
					t.Errorf("%q: %s: %q, want %q", out, got.Code, got.Message, reason)
				}
			}
		})
	}
}

// TestOutputsOfOneCommandDiffer: the second would replace the first.
func TestOutputsOfOneCommandDiffer(t *testing.T) {
	t.Chdir(t.TempDir())
	for verb, line := range map[string]string{
		"report":        "none -o same.html --summary ./same.html",
		"profile":       "--device nobody -o same.lut --record same.lut",
		"lut calibrate": "same.lut --device nobody --record same.lut",
	} {
		if got := failure(t, verb, line); got.Code != fault.Usage || !strings.Contains(got.Message, "would be written twice") {
			t.Errorf("%s: %s: %q", verb, got.Code, got.Message)
		}
	}
}
