package main

import (
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"
)

// version is set by the Makefile from git describe.
var version = "devel"

type versionResult struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func versionVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  fbnas version --json",
		Args:    cobra.NoArgs,
		RunE: a.does(func(context.Context, []string) (result, error) {
			return versionResult{version, runtime.Version(), runtime.GOOS, runtime.GOARCH}, nil
		}),
	}
}

func (r versionResult) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "fbnas %s (%s, %s/%s)\n", r.Version, r.Go, r.OS, r.Arch)
	return err
}
