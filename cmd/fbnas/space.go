package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func spaceVerb(a *app) *cobra.Command {
	return group("space", "List and describe search spaces", spaceListVerb(a), spaceShowVerb(a))
}

func spaceListVerb(a *app) *cobra.Command {
	var classes int
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the built-in spaces",
		Example: "  fbnas space list",
		Args:    cobra.NoArgs,
		RunE: a.action(func(context.Context, []string) (result, error) {
			r, err := job.Spaces(classes)
			if err != nil {
				return nil, err
			}
			return view(&r, spacesText), nil
		}),
	}
	classesFlag(cmd, &classes)
	return cmd
}

func spaceShowVerb(a *app) *cobra.Command {
	var classes int
	var yaml bool
	cmd := &cobra.Command{
		Use:     "show SPACE",
		Short:   "Describe a space: a built-in name or a space.yaml",
		Example: "  fbnas space show demo\n  fbnas space show demo --yaml > my-space.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: a.action(func(_ context.Context, args []string) (result, error) {
			info, err := job.DescribeSpace(args[0], classes)
			if err != nil {
				return nil, err
			}
			if yaml {
				return view(&info, func(w io.Writer, s *job.SpaceInfo) error { _, err := io.WriteString(w, s.YAML); return err }), nil
			}
			return view(&info, spaceText), nil
		}),
	}
	classesFlag(cmd, &classes)
	cmd.Flags().BoolVar(&yaml, "yaml", false, "print it as the content of a space.yaml")
	return cmd
}

// classesFlag is for verbs that describe networks before the data are known.
func classesFlag(cmd *cobra.Command, classes *int) {
	cmd.Flags().IntVar(classes, "classes", 10, "classes of the networks' heads")
}

func spacesText(w io.Writer, r *job.SpaceList) error {
	t := text.NewTable(text.Left("space"), text.Left("input"), text.Right("layers"),
		text.Right("architectures"), text.Right("MACs, smallest"), text.Right("largest"), text.Right("table rows"))
	for _, s := range r.Spaces {
		t.Row(s.Name, s.Input.String(), fmt.Sprint(s.Layers), fmt.Sprintf("10^%.1f", s.Log10),
			text.Count(s.MinMACs), text.Count(s.MaxMACs), fmt.Sprint(s.Rows))
	}
	return t.WriteText(w)
}

func spaceText(w io.Writer, s *job.SpaceInfo) error {
	err := writeFacts(w,
		fact{"space", s.Name},
		fact{"digest", s.Digest[:12]},
		fact{"input", s.Input},
		fact{"layers", s.Layers},
		fact{"architectures", architectures(s)},
		fact{"MACs", fmt.Sprintf("%s to %s at %s", text.Count(s.MinMACs), text.Count(s.MaxMACs), text.Plural(s.Classes, "class"))},
		fact{"table rows", s.Rows})
	if err != nil {
		return err
	}
	t := text.NewTable(text.Left("choice"), text.Left("options"))
	for _, c := range s.Choices {
		t.Row(c.Name, text.List(c.Options))
	}
	fmt.Fprintln(w)
	if err := t.WriteText(w); err != nil {
		return err
	}
	for _, m := range s.Merged {
		fmt.Fprintf(w, "%s, and is left out\n", m)
	}
	return nil
}

// architectures says how many there are, and which options are merged.
func architectures(s *job.SpaceInfo) string {
	text := fmt.Sprintf("10^%.1f", s.Log10)
	if s.Selections-s.Log10 > 1e-9 {
		text += fmt.Sprintf(", each counted once: 10^%.2f ways to pick options give 10^%.2f networks, since some expansions round to one hidden width", s.Selections, s.Log10)
	}
	return text
}
