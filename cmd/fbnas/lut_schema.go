package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"fbnas/lut"
)

func lutSchemaVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of a line of a table file",
		Example: "  fbnas lut schema > docs/lut.schema.json",
		Args:    cobra.NoArgs,
		RunE: a.does(func(context.Context, []string) (result, error) {
			return schemaResult{lut.Schema()}, nil
		}),
	}
}

type schemaResult struct {
	Schema json.RawMessage `json:"json_schema"`
}

func (r schemaResult) Text(w io.Writer) error {
	_, err := w.Write(r.Schema)
	return err
}
