package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"fbnas/internal/atomicfile"
	"fbnas/models"
	"fbnas/tools/internal/program"
)

func main() { program.Main("zoo", run) }

// options are the command's flags.
type options struct {
	only     *regexp.Regexp
	fbnas    string
	folder   string
	rounds   int
	from     []string
	markdown string
	opsets   bool
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := program.Flags("zoo", stderr)
	o.only = program.Only(flags, "measure only the networks whose name matches the regular `expression`")
	flags.StringVar(&o.fbnas, "fbnas", "bin/fbnas", "the `program` that exports and times")
	flags.StringVar(&o.folder, "folder", "", "keep the exported files in this `folder` (default: a temporary one)")
	flags.IntVar(&o.rounds, "rounds", 24, "`rounds` of each measurement")
	flags.StringVar(&o.markdown, "markdown", "", "write the figures as a page to `file` as well")
	flags.BoolVar(&o.opsets, "opsets", false, "time nothing: write, check and run every network in every opset, and compare the logits")
	from := flags.String("from", "", "measure nothing: take the JSON lines of these `files`, separated by commas; the table shows the first's")
	err := flags.Parse(args)
	if *from != "" {
		o.from = strings.Split(*from, ",")
	}
	return o, err
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.opsets {
		return o.checkOpsets(ctx, stdout, stderr)
	}
	var runs [][]network
	if len(o.from) == 0 {
		list, err := o.measure(ctx, stdout, stderr)
		if err != nil {
			return err
		}
		runs = append(runs, list)
	}
	for _, path := range o.from {
		list, err := readRun(path)
		if err != nil {
			return err
		}
		runs = append(runs, list)
	}
	if o.markdown == "" {
		return nil
	}
	return atomicfile.Write(o.markdown, func(w io.Writer) error { return page(w, runs) })
}

// measure writes a line for each network.
func (o options) measure(ctx context.Context, stdout, stderr io.Writer) ([]network, error) {
	counts, err := published()
	if err != nil {
		return nil, err
	}
	peer, err := findTorch(ctx)
	if err != nil {
		fmt.Fprintln(stderr, "zoo: without PyTorch's exports:", err)
	}
	t := tools{fbnas: o.fbnas, torch: peer, folder: o.folder, rounds: o.rounds}
	if t.folder == "" {
		if t.folder, err = os.MkdirTemp("", "fbnas-zoo-"); err != nil {
			return nil, err
		}
		defer os.RemoveAll(t.folder)
	} else if err := os.MkdirAll(t.folder, 0o777); err != nil {
		return nil, err
	}
	var list []network
	emit := json.NewEncoder(stdout)
	err = o.each(func(name string) error {
		n, err := t.measure(ctx, name)
		if err != nil {
			return err
		}
		n.Published = counts[name]
		list = append(list, n)
		return emit.Encode(n)
	})
	return list, err
}

// each does something for every selected network.
func (o options) each(do func(name string) error) error {
	for _, name := range models.ArchNames() {
		if !o.only.MatchString(name) {
			continue
		}
		if err := do(name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// published has the figures published by the networks' authors, by name, from
// models/testdata/zoo.json, with which the tests of models compare.
func published() (map[string]publishedCounts, error) {
	path := filepath.Join("models", "testdata", "zoo.json")
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the command is for the repository's root: %w", err)
	}
	var zoo struct {
		Models []struct {
			Name      string
			Published publishedCounts
		}
	}
	if err := json.Unmarshal(data, &zoo); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	counts := map[string]publishedCounts{}
	for _, m := range zoo.Models {
		counts[strings.ToLower(m.Name)] = m.Published
	}
	return counts, nil
}

// readRun reads a run's output.
func readRun(path string) ([]network, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var list []network
	for d := json.NewDecoder(bytes.NewReader(data)); d.More(); {
		var n network
		if err := d.Decode(&n); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		list = append(list, n)
	}
	return list, nil
}
