package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/job"
)

// app is what the verbs share: the streams, the global flags, and whether a
// verb's own work has begun (earlier errors are usage errors).
type app struct {
	out, errOut io.Writer
	screen      *screen // errOut
	log         *slog.Logger
	logged      *handler // of log
	system      fs.FS    // the root of the file system, for what Linux says of itself
	json        bool
	quiet       bool
	env         *job.Env // of the verb's job
	shown       *progress
	begun       bool
}

// verbs are the verbs of the command line, in the order of its help.
var verbs = []func(*app) *cobra.Command{
	setupVerb,
	doctorVerb,
	devicesVerb,
	spaceVerb,
	dataVerb,
	profileVerb,
	lutVerb,
	searchVerb,
	trainVerb,
	baselineVerb,
	importVerb,
	exportVerb,
	verifyVerb,
	evalVerb,
	benchVerb,
	modelsVerb,
	runsVerb,
	reportVerb,
	completionVerb,
	versionVerb,
}

// run runs one command line and returns the process's exit status.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	return newApp(out, errOut).run(ctx, args)
}

func newApp(out, errOut io.Writer) *app {
	onScreen := &screen{w: errOut}
	a := &app{out: out, errOut: onScreen, screen: onScreen, system: os.DirFS("/")}
	a.env = &job.Env{Tool: "fbnas " + version, Progress: a.show}
	return a
}

func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil || a.begun {
		return fault.ExitCode(err) // the verb has reported it
	}
	if fault.CodeOf(err) == fault.Failure {
		err = fault.New(fault.Usage, "See: "+cmd.CommandPath()+" --help", "%w", err)
	}
	// The line may have failed before --json was parsed.
	a.json = a.json || slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
	a.report(cmd, nil, err)
	return fault.ExitCode(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "fbnas",
		Short: "Find, train and export a network that is fast on your device",
		Example: "  fbnas profile --device pixel -o pixel.lut\n" +
			"  fbnas search --lut pixel.lut --data photos/ --target 15ms\n" +
			"  fbnas train runs/search-1 --data photos/\n" +
			"  fbnas export model.onnx\n" +
			"  fbnas bench model.onnx --device pixel --target 15ms",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PersistentPreRun: func(*cobra.Command, []string) {
			level := slog.LevelInfo
			if a.quiet {
				level = slog.LevelWarn
			}
			a.logged = newHandler(a.errOut, level)
			a.log = slog.New(a.logged)
			a.env.Log = a.log
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.json {
				return errors.New("--json needs a verb")
			}
			return cmd.Help()
		},
	}
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print exactly one JSON document on stdout, also on failure")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "no progress on stderr, only warnings and errors")
	for _, verb := range verbs {
		root.AddCommand(verb(a))
	}
	return root
}

// schema names the JSON document of a verb: "fbnas.lut.show/1".
func schema(cmd *cobra.Command) string {
	return strings.ReplaceAll(cmd.CommandPath(), " ", ".") + "/1"
}
