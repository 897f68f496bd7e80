package main

import (
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// commands are the command lines in a text: those that stand on a line of their
// own, indented, and those between backticks, which may be broken.
var commands = regexp.MustCompile("(?m)^ {2,}(?:bin/)?fbnas +([^#\\n]*(?:\\\\\\n[^#\\n]*)*)|`(?:bin/)?fbnas\\s+([^`]*)`")

// word is what could be a verb.
var word = regexp.MustCompile(`^[a-z]+$`)

// mistake says what a command line names that does not exist: a verb or a flag.
// Text behind it does not matter.
func mistake(root *cobra.Command, line string) string {
	words := strings.Fields(strings.ReplaceAll(line, "\\\n", " "))
	cmd, rest, err := root.Find(words)
	if err != nil {
		return err.Error()
	}
	if cmd == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		return "no verb " + rest[0]
	}
	if cmd.HasSubCommands() && len(rest) > 0 && word.MatchString(rest[0]) {
		return cmd.CommandPath() + " has no verb " + rest[0]
	}
	for _, w := range rest {
		flag, _, _ := strings.Cut(strings.Trim(w, "[](),.;:…"), "=")
		if strings.HasPrefix(flag, "-") && !hasFlag(cmd, flag) {
			return cmd.CommandPath() + " has no flag " + flag
		}
	}
	return ""
}

// hasFlag looks up --long and -s; what is neither is no flag, but a number, say.
func hasFlag(cmd *cobra.Command, flag string) bool {
	cmd.InitDefaultHelpFlag()
	if long, ok := strings.CutPrefix(flag, "--"); ok {
		return long == "" || cmd.Flag(long) != nil
	}
	short := strings.TrimPrefix(flag, "-")
	return len(short) != 1 || cmd.Flags().ShorthandLookup(short) != nil || cmd.InheritedFlags().ShorthandLookup(short) != nil
}

// The command lines of the documents and of every verb's help name verbs and
// flags that exist.
func TestCommandsInDocuments(t *testing.T) {
	root := newApp(io.Discard, io.Discard).root()
	found := 0
	check := func(where, text string) {
		for _, m := range commands.FindAllStringSubmatch(text, -1) {
			found++
			if what := mistake(root, m[1]+m[2]); what != "" {
				t.Errorf("%s: %s, in: fbnas %s", where, what, m[1]+m[2])
			}
		}
	}
	tree := os.DirFS("../..")
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && (e.Name() == "testdata" || e.Name() == "runs" || e.Name() == "bin") {
			return fs.SkipDir
		}
		if err != nil || path.Ext(name) != ".md" {
			return err
		}
		data, err := fs.ReadFile(tree, name)
		check(name, string(data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 80 {
		t.Errorf("%d command lines in the documents", found)
	}
	var helps func(cmd *cobra.Command)
	helps = func(cmd *cobra.Command) {
		if cmd.Runnable() && !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("the help of %s has no example", cmd.CommandPath())
		}
		check(cmd.CommandPath()+" --help", cmd.Example)
		for _, c := range cmd.Commands() {
			helps(c)
		}
	}
	helps(root)
}

func TestMistakesInCommands(t *testing.T) {
	root := newApp(io.Discard, io.Discard).root()
	for line, want := range map[string]string{
		"lut show X.lut --csv":            "",
		"train --resume -o RUN":           "",
		"export m.onnx --int8=true, then": "",
		"profil --device local":           "no verb profil",
		"lut shows X.lut":                 "fbnas lut has no verb shows",
		"train [RUN] [--epoch 3]":         "fbnas train has no flag --epoch",
		"bench m.onnx \\\n  --devise d":   "fbnas bench has no flag --devise",
		"train -z":                        "fbnas train has no flag -z",
	} {
		if got := mistake(root, line); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("fbnas %s: %q, want %q", line, got, want)
		}
	}
}
