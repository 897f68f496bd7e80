package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// group is a verb that only has verbs of its own.
func group(name, short string, verbs ...*cobra.Command) *cobra.Command {
	var names, examples []string
	for _, v := range verbs {
		names = append(names, v.Name())
		examples = append(examples, v.Example)
	}
	cmd := &cobra.Command{
		Use:     name,
		Short:   short,
		Example: strings.Join(examples, "\n"),
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fmt.Errorf("%s needs a verb: %s", cmd.CommandPath(), strings.Join(names, ", "))
		},
	}
	cmd.AddCommand(verbs...)
	return cmd
}
