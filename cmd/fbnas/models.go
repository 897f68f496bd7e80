package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/models"
)

func modelsVerb(a *app) *cobra.Command {
	return group("models", "List and describe networks", modelsListVerb(a), modelsShowVerb(a))
}

func modelsListVerb(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the built-in networks",
		Example: "  fbnas models list",
		Args:    cobra.NoArgs,
		RunE: a.action(func(context.Context, []string) (result, error) {
			r, err := job.Models()
			return view(r, modelListText), err
		}),
	}
}

func modelListText(w io.Writer, r *job.ModelList) error {
	t := text.NewTable(text.Left("model"), text.Left("family"), text.Left("input"), text.Right("layers"),
		text.Right("MACs"), text.Right("params"), text.Right("published top-1"))
	for _, m := range r.Models {
		t.Row(m.Name, *m.Family, m.Input.String(), fmt.Sprint(len(m.Layers)), text.Count(m.MACs), text.Count(m.Params), percent(m.Top1))
	}
	return t.WriteText(w)
}

func modelText(w io.Writer, m *job.ModelInfo) error {
	err := writeFacts(w,
		fact{"model", m.Name},
		fact{"input", m.Input},
		fact{"classes", m.Classes},
		fact{"MACs", m.MACs},
		fact{"params", fmt.Sprintf("%d (convolution weights alone: %d)", m.Params, m.ConvWeights)},
		fact{"FLOPs with pools", m.FLOPsWithPool},
		fact{"published", published(m)})
	if err != nil {
		return err
	}
	t := text.NewTable(text.Left("layer"), text.Left("kind"), text.Right("input"), text.Right("mid"), text.Right("output"),
		text.Right("kernel"), text.Right("stride"), text.Left("act"), text.Left("SE"), text.Left("also"),
		text.Right("MACs"), text.Right("params"))
	for _, l := range m.Layers {
		in, out := models.Input{Channels: l.In, Height: l.Height, Width: l.Width}, models.Input{Channels: l.Out, Height: l.OutHeight, Width: l.OutWidth}
		t.Row(l.Name, string(l.Kind), in.String(), unlessZero(l.Mid), out.String(), fmt.Sprint(l.Kernel), fmt.Sprint(l.Stride),
			l.Act, gate(l), also(l), text.Count(l.MACs), text.Count(l.Params))
	}
	fmt.Fprintln(w)
	return t.WriteText(w)
}

func published(m *job.ModelInfo) string {
	if m.Family == nil {
		return ""
	}
	return fmt.Sprintf("%s; top-1 %s, top-5 %s on ImageNet with its authors' weights", *m.Family, percent(m.Top1), percent(m.Top5))
}

func percent(fraction *float64) string {
	if fraction == nil {
		return text.Absent
	}
	return text.Percent(*fraction)
}

func unlessZero(n int) string {
	if n == 0 {
		return text.Absent
	}
	return fmt.Sprint(n)
}

// gate is the function of the squeeze-excite gate and its width.
func gate(l job.LayerInfo) string {
	if l.Squeeze == 0 {
		return l.SE
	}
	return fmt.Sprintf("%s %d", l.SE, l.Squeeze)
}

// also lists properties that most layers do not have.
func also(l job.LayerInfo) string {
	var notes []string
	for _, n := range []struct {
		has  bool
		note string
	}{
		{l.Residual && l.Kind == models.Skip, "identity"},
		{l.Residual && l.Kind != models.Skip, "shortcut"},
		{l.Pad != l.Kernel/2 && l.Kernel > 1, fmt.Sprintf("pad %d", l.Pad)},
		{l.Groups > 1 || l.OutGroups > 1, fmt.Sprintf("groups %d, %d", l.Groups, l.OutGroups)},
		{l.Shuffle, "shuffle"},
		{l.Bias && l.Kind == models.IR, "biases"},
	} {
		if n.has {
			notes = append(notes, n.note)
		}
	}
	return text.List(notes)
}
