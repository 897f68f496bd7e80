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

	"fbnas/internal/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "composites:", err)
		if hint := fault.HintOf(err); hint != "" {
			fmt.Fprintln(os.Stderr, hint)
		}
		os.Exit(fault.ExitCode(err))
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, folder, err := parse(args, stderr)
	if err != nil {
		return err
	}
	m, err := fetch(ctx, slog.New(slog.NewTextHandler(stderr, nil)))
	if err != nil {
		return err
	}
	w, err := newWorld(o, m)
	if err != nil {
		return err
	}
	return w.make(ctx, folder, m.packages, stdout, stderr)
}

func parse(args []string, stderr io.Writer) (o options, folder string, err error) {
	o = defaults()
	flags := flag.NewFlagSet("composites", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&folder, "o", "runs/data/composites", "`folder` of the data set; an interrupted one goes on")
	flags.Uint64Var(&o.Seed, "seed", o.Seed, "`seed` of all draws")
	flags.IntVar(&o.Size, "size", o.Size, "side of a picture in `pixels`")
	flags.IntVar(&o.Train, "train", o.Train, "training `pictures` a class")
	flags.IntVar(&o.Test, "test", o.Test, "test `pictures` a class")
	flags.IntVar(&o.Classes, "classes", o.Classes, "so `many` subgroups of emoji, those with most of them")
	flags.IntVar(&o.Emoji, "emoji", o.Emoji, "at most so `many` emoji a class, those that most vendors have")
	flags.Float64Var(&o.ScaleMin, "scale-min", o.ScaleMin, "least longer side of the object, as a `share` of the picture's side")
	flags.Float64Var(&o.ScaleMax, "scale-max", o.ScaleMax, "largest longer side of the object, as a `share` of the picture's side")
	flags.Float64Var(&o.Hide, "hide", o.Hide, "up to this `share` of the object is hidden")
	flags.Float64Var(&o.Jitter, "jitter", o.Jitter, "how `much` colours change, from 0 to 1")
	flags.IntVar(&o.Rotate, "rotate", o.Rotate, "up to so many `degrees` to either side")
	flags.StringVar(&o.TestVendor, "test-vendor", o.TestVendor, "`vendor` of the test images' emoji; training sees none of its family")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, "", err
		}
		return o, "", fault.New(fault.Usage, "", "%w", err)
	}
	if flags.NArg() > 0 {
		return o, "", fault.New(fault.Usage, "Give the folder with -o.", "%q is not an option", flags.Arg(0))
	}
	return o, folder, o.validate()
}

// make brings the data set into the folder and says what it is.
func (w world) make(ctx context.Context, folder string, packages []packageRecord, stdout, stderr io.Writer) error {
	m := w.manifest(packages)
	before, err := m.begin(folder)
	if err != nil {
		return err
	}
	if m.Digest, err = w.generate(ctx, folder, stderr); ctx.Err() != nil {
		return fault.New(fault.Interrupted, "The same command goes on where it stopped.", "interrupted: %w", ctx.Err())
	}
	if err != nil {
		return err
	}
	if before != "" && before != m.Digest {
		return fault.New(fault.Failure, "Remove the folder, and make the data set again.",
			"the files of %s have the digest %s, not %s of %s: some have changed", folder, m.Digest, before, manifestName)
	}
	if err := m.write(folder); err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s: %d classes, %d training and %d test images of %d px, %s\n",
		folder, len(m.Classes), m.Train.Images, m.Test.Images, w.Size, m.Digest)
	return err
}
