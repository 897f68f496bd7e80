package program

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
)

// Main runs a program until it ends or is interrupted. The exit status is 1 for
// an error, which is printed after the program's name.
func Main(name string, run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}

// Flags are a program's flags; errors are returned, and the help goes to stderr.
func Flags(name string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	return flags
}

// Only adds the flag --only: a regular expression, which matches everything if it
// is not given.
func Only(flags *flag.FlagSet, usage string) *regexp.Regexp {
	only := new(regexp.Regexp)
	flags.TextVar(only, "only", regexp.MustCompile(""), usage)
	return only
}
