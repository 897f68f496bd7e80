package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"fbnas/job"
)

// version is set by the Makefile from git describe.
var version = "devel"

func versionVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  fbnas version --json",
		Args:    cobra.NoArgs,
		RunE: a.action(func(context.Context, []string) (result, error) {
			return view(&job.VersionResult{Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}, versionText), nil
		}),
	}
}

func versionText(w io.Writer, r *job.VersionResult) error {
	_, err := fmt.Fprintf(w, "fbnas %s (%s, %s/%s)\n", r.Version, r.Go, r.OS, r.Arch)
	return err
}
