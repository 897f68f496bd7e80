package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
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
		RunE: a.does(func(context.Context, []string) (result, error) {
			r := spaceList{}
			for _, name := range models.SpaceNames() {
				info, err := describeSpace(name, classes)
				if err != nil {
					return nil, err
				}
				r.Spaces = append(r.Spaces, info)
			}
			return r, nil
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
		RunE: a.does(func(_ context.Context, args []string) (result, error) {
			info, err := describeSpace(args[0], classes)
			if err != nil {
				return nil, err
			}
			info.printYAML = yaml
			return info, nil
		}),
	}
	classesFlag(cmd, &classes)
	cmd.Flags().BoolVar(&yaml, "yaml", false, "print it as the content of a space.yaml")
	return cmd
}

// classesFlag is for verbs that look at networks before the data is known.
func classesFlag(cmd *cobra.Command, classes *int) {
	cmd.Flags().IntVar(classes, "classes", 10, "classes of the networks' heads")
}

func checkClassCount(classes int) error {
	if classes < 2 {
		return fault.New(fault.Usage, "Give --classes 2 or more.", "%d classes", classes)
	}
	return nil
}

type spaceList struct {
	Spaces []spaceInfo `json:"spaces"`
}

type spaceInfo struct {
	Name    string       `json:"name"`
	Digest  string       `json:"digest"`
	Input   imageShape   `json:"input"`
	Classes int          `json:"classes"`
	Layers  int          `json:"layers"`
	Choices []choiceInfo `json:"choices"`
	Log10   float64      `json:"log10_architectures"`
	// Selections is the logarithm of the ways to pick options: more than there
	// are architectures where some options give the same network.
	Selections float64      `json:"log10_selections"`
	Merged     []mergedInfo `json:"merged_options"`
	MaxMACs    int64        `json:"max_macs"`
	MinMACs    int64        `json:"min_macs"`
	Rows       int          `json:"lut_rows"`
	YAML       string       `json:"yaml"`

	printYAML bool
}

type choiceInfo struct {
	Name    string            `json:"name"`
	Kind    models.ChoiceKind `json:"kind"`
	Options []float64         `json:"options"`
}

// mergedInfo is an option that is left out: it gives the same networks as
// another one.
type mergedInfo struct {
	Choice string  `json:"choice"`
	Option float64 `json:"option"`
	As     float64 `json:"same_as"`
}

func (m mergedInfo) String() string {
	return fmt.Sprintf("%s: %g gives the hidden widths of %g", m.Choice, m.Option, m.As)
}

// mergedOptions are those of a space.
func mergedOptions(s models.Space) []mergedInfo {
	list := []mergedInfo{}
	for _, m := range s.Merged() {
		list = append(list, mergedInfo(m))
	}
	return list
}

// imageShape is models.Input in a document.
type imageShape struct {
	Channels int `json:"channels"`
	Height   int `json:"height"`
	Width    int `json:"width"`
}

func (s imageShape) String() string { return fmt.Sprintf("%dx%dx%d", s.Channels, s.Height, s.Width) }

func describeSpace(name string, classes int) (spaceInfo, error) {
	if err := checkClassCount(classes); err != nil {
		return spaceInfo{}, err
	}
	s, err := loadSpace(name)
	if err != nil {
		return spaceInfo{}, err
	}
	info := spaceInfo{
		Name: s.Name, Digest: s.Digest(), Input: imageShape(s.Input), Classes: classes,
		Layers: len(s.Layers(classes)), Choices: []choiceInfo{}, Log10: s.Log10(), Rows: len(lut.Rows(s.Blocks())),
		Selections: s.Log10Selections(), Merged: mergedOptions(s),
		YAML: string(s.YAML()),
	}
	for _, c := range s.Choices() {
		info.Choices = append(info.Choices, choiceInfo{c.Name, c.Kind, c.Options})
	}
	for _, end := range []struct {
		sel  models.Selection
		macs *int64
	}{{s.Smallest(), &info.MinMACs}, {s.Widest(), &info.MaxMACs}} {
		arch, err := s.Arch(end.sel, classes)
		if err != nil {
			return spaceInfo{}, err
		}
		blocks, err := arch.Resolve()
		if err != nil {
			return spaceInfo{}, err
		}
		*end.macs = models.Count(blocks).MACs
	}
	return info, nil
}

func (r spaceList) Text(w io.Writer) error {
	t := text.NewTable(text.Left("space"), text.Left("input"), text.Right("layers"),
		text.Right("architectures"), text.Right("MACs, smallest"), text.Right("largest"), text.Right("table rows"))
	for _, s := range r.Spaces {
		t.Row(s.Name, s.Input.String(), fmt.Sprint(s.Layers), fmt.Sprintf("10^%.1f", s.Log10),
			text.Count(s.MinMACs), text.Count(s.MaxMACs), fmt.Sprint(s.Rows))
	}
	return t.WriteText(w)
}

func (s spaceInfo) Text(w io.Writer) error {
	if s.printYAML {
		_, err := io.WriteString(w, s.YAML)
		return err
	}
	err := writeFacts(w,
		fact{"space", s.Name},
		fact{"digest", s.Digest[:12]},
		fact{"input", s.Input},
		fact{"layers", s.Layers},
		fact{"architectures", s.architectures()},
		fact{"MACs", fmt.Sprintf("%s to %s at %d classes", text.Count(s.MinMACs), text.Count(s.MaxMACs), s.Classes)},
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

// architectures says how many there are, and that some options are the same.
func (s spaceInfo) architectures() string {
	text := fmt.Sprintf("10^%.1f", s.Log10)
	if s.Selections-s.Log10 > 1e-9 {
		text += fmt.Sprintf(", each counted once: 10^%.2f ways to pick options give 10^%.2f networks, since some expansions round to one hidden width", s.Selections, s.Log10)
	}
	return text
}
