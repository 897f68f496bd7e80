package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/lut"
)

func lutMergeVerb(a *app) *cobra.Command {
	var out string
	var force bool
	cmd := &cobra.Command{
		Use:     "merge A.lut B.lut -o C.lut",
		Short:   "Put the rows of two tables of one device model and condition together",
		Example: "  fbnas lut merge small.lut large.lut -o both.lut",
		Args:    cobra.ExactArgs(2),
		RunE: a.does(func(_ context.Context, args []string) (result, error) {
			return mergeTables(a, args[0], args[1], out, force)
		}),
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "the `table` to write")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite it where it exists")
	return cmd
}

type mergeResult struct {
	Path  string `json:"path"`
	Rows  int    `json:"rows"`
	Added int    `json:"added"` // from the second table
	// Dropped says that the first table's calibration and validation, which are
	// not of the second's rows, are not in the merged one.
	Dropped bool `json:"calibration_dropped"`
}

func mergeTables(app *app, first, second, out string, force bool) (result, error) {
	if out == "" {
		return nil, fault.New(fault.Usage, "Give -o C.lut.", "no table is given to write to")
	}
	if err := job.CheckOutputs(out); err != nil {
		return nil, err
	}
	if _, err := os.Stat(out); err == nil && !force {
		return nil, fault.New(fault.Usage, "Choose another file, or overwrite it with --force.", "%s exists", out)
	}
	a, err := lut.Load(first)
	if err != nil {
		return nil, err
	}
	b, err := lut.Load(second)
	if err != nil {
		return nil, err
	}
	m, dropped, err := lut.Merge(a, b)
	if err != nil {
		return nil, err
	}
	m.Path = out
	rows := len(m.Rows())
	if dropped {
		app.log.Warn(fmt.Sprintf("the calibration and the validation of %s are not of the rows of %s, and are dropped; make them anew with: "+
			"fbnas lut calibrate %s --device DEVICE && fbnas lut validate %s --device DEVICE", first, second, text.Quoted(out), text.Quoted(out)))
	}
	return mergeResult{out, rows, rows - len(a.Rows()), dropped}, m.Save()
}

func (r mergeResult) Text(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s: %d rows, %d of them from the second table\n", r.Path, r.Rows, r.Added)
	return err
}
