package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"regexp"
	"runtime"
	"time"

	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "\nexperiments: %v\n", err)
		if errors.Is(err, context.Canceled) {
			fmt.Fprintln(os.Stderr, "hint: The same command continues where it stopped.")
		}
		os.Exit(fault.ExitCode(err))
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("experiments", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := new(regexp.Regexp)
	flags.TextVar(only, "only", regexp.MustCompile(""), "do only the cells whose name matches the regular `expression`")
	list := flags.Bool("list", false, "list the cells that have no record, and do nothing")
	minutes := flags.Float64("minutes", 0, "start no cell after so many `minutes`; 0: do all")
	l := &lab{stderr: stderr, log: slog.New(slog.NewTextHandler(stderr, nil)), tasks: map[string]*opened{}}
	flags.StringVar(&l.records.folder, "records", "experiments/results", "`folder` of finished cells")
	flags.StringVar(&l.tables, "tables", "experiments/tables", "`folder` of spaces and tables")
	flags.StringVar(&l.data, "data", "runs/data", "`folder` of images, made by experiments/composites")
	flags.StringVar(&l.work, "work", "runs/experiments", "`folder` of checkpoints")
	if err := flags.Parse(args); err != nil {
		return err
	}
	q := queue{lab: l, plan: wanted(ctx), only: only, stdout: stdout}
	if *list {
		cells, err := q.missing()
		for _, c := range cells {
			fmt.Fprintln(stdout, c.id())
		}
		return err
	}
	if *minutes > 0 {
		q.until = time.Now().Add(time.Duration(*minutes * float64(time.Minute)))
	}
	library, err := setup.ORTLibrary()
	if err != nil {
		return err
	}
	cache, err := setup.Cache()
	if err != nil {
		return err
	}
	e, err := ort.New(ort.Options{Threads: runtime.NumCPU(), Library: library, Cache: string(cache)})
	if err != nil {
		return err
	}
	defer e.Close()
	l.engine = e
	return q.run(ctx)
}
