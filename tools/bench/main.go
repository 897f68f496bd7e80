package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"

	"fbnas/internal/atomicfile"
	"fbnas/tools/internal/program"
)

func main() { program.Main("bench", run) }

// options are the command's flags.
type options struct {
	only     *regexp.Regexp
	plan     plan
	one      string
	from     string
	markdown string
	script   string
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := program.Flags("bench", stderr)
	quick := flags.Bool("quick", false, "one pair of three steps each: shows that everything runs, its figures are noise")
	flags.IntVar(&o.plan.pairs, "pairs", 5, "`rounds` in which the contestants of a row take turns")
	flags.IntVar(&o.plan.steps, "steps", 6, "steps of a turn, after two to warm up")
	flags.BoolVar(&o.plan.allTorch, "all-torch", false, "PyTorch in its three settings in every row, not only in those of the step")
	o.only = program.Only(flags, "measure only the rows whose title matches the regular `expression`")
	flags.StringVar(&o.script, "torch-script", "tools/bench/torch_step.py", "PyTorch's step, a Python `file`; the default is found from the repository's root")
	flags.StringVar(&o.markdown, "markdown", "", "write the figures as a page to `file` as well")
	flags.StringVar(&o.from, "from", "", "measure nothing: take the JSON lines of `file`")
	flags.StringVar(&o.one, "one", "", "for bench itself: do the one turn that the JSON describes")
	err := flags.Parse(args)
	if *quick {
		o.plan.pairs, o.plan.steps = 1, 3
	}
	if err == nil && (o.plan.pairs < 1 || o.plan.steps < 1) {
		err = fmt.Errorf("want at least one pair and one step")
	}
	return o, err
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.one != "" {
		f, err := turn(ctx, o.one)
		if err != nil {
			return err
		}
		return json.NewEncoder(stdout).Encode(f)
	}
	var lines bytes.Buffer
	if o.from != "" {
		text, err := os.ReadFile(o.from)
		if err != nil {
			return err
		}
		lines.Write(text)
	} else if err := o.measure(ctx, args, io.MultiWriter(stdout, &lines), stderr); err != nil {
		return err
	}
	if o.markdown == "" {
		return nil
	}
	read, err := readLines(&lines)
	if err != nil {
		return err
	}
	return atomicfile.Write(o.markdown, func(w io.Writer) error { return page(w, read) })
}

// measure writes the lines of all rows.
func (o options) measure(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	emit := json.NewEncoder(stdout).Encode
	python, torch, missing := findTorch(ctx, o.script)
	if err := emit(environment(ctx, args, o.plan, torch)); err != nil {
		return err
	}
	if missing != nil {
		o.plan.noTorch = true
		if err := emit(line{"bench": "torch", "error": missing.Error()}); err != nil {
			return err
		}
	}
	return bench{
		plan: o.plan, only: o.only, emit: emit,
		measure: processes{python, o.script}.measure, usage: usageNow, log: slog.New(slog.NewTextHandler(stderr, nil)),
	}.run(ctx)
}
