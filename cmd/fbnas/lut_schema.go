package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"fbnas/job"
)

func lutSchemaVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of a line of a table file",
		Example: "  fbnas lut schema > docs/lut.schema.json",
		Args:    cobra.NoArgs,
		RunE: a.action(func(context.Context, []string) (result, error) {
			return view(job.TableSchema(), schemaText), nil
		}),
	}
}

func schemaText(w io.Writer, r *job.SchemaResult) error {
	_, err := w.Write(r.Schema)
	return err
}
