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
		RunE: a.does(func(context.Context, []string) (result, error) {
			r := modelList{}
			for _, name := range models.ArchNames() {
				arch, err := models.LoadArch(name)
				if err != nil {
					return nil, err
				}
				info, err := describeModel(arch)
				if err != nil {
					return nil, err
				}
				info.publish(name)
				r.Models = append(r.Models, info)
			}
			return r, nil
		}),
	}
}

type modelList struct {
	Models []modelInfo `json:"models"`
}

type modelInfo struct {
	Name    string         `json:"name"`
	Input   job.ImageShape `json:"input"`
	Classes int            `json:"classes"`
	Family  *string        `json:"family"`         // of a built-in network
	Top1    *float64       `json:"published_top1"` // on ImageNet, with its authors' weights
	Top5    *float64       `json:"published_top5"`
	job.CountsInfo
	Layers []layerInfo `json:"layers"`
	YAML   string      `json:"yaml"`

	printYAML bool
}

type layerInfo struct {
	Name      string      `json:"name"`
	Kind      models.Kind `json:"kind"`
	Height    int         `json:"h"` // of its input
	Width     int         `json:"w"`
	In        int         `json:"in"`
	Mid       int         `json:"mid"`
	Out       int         `json:"out"`
	OutHeight int         `json:"out_h"`
	OutWidth  int         `json:"out_w"`
	Kernel    int         `json:"kernel"`
	Stride    int         `json:"stride"`
	Pad       int         `json:"pad"`
	Act       string      `json:"act"`
	SE        string      `json:"se"`
	Squeeze   int         `json:"squeeze"`
	Groups    int         `json:"groups"`
	OutGroups int         `json:"out_groups"`
	Shuffle   bool        `json:"shuffle"`
	Bias      bool        `json:"bias"`
	Residual  bool        `json:"residual"`
	job.CountsInfo
}

func describeModel(arch models.Arch) (modelInfo, error) {
	blocks, err := arch.Resolve()
	if err != nil {
		return modelInfo{}, fmt.Errorf("model %s: %w", arch.Name, err)
	}
	info := modelInfo{Name: arch.Name, Input: job.ImageShape(arch.Input), Classes: arch.Classes, CountsInfo: job.CountsOf(blocks...), YAML: string(arch.YAML())}
	for i, b := range blocks {
		h, w := b.OutSize()
		info.Layers = append(info.Layers, layerInfo{
			Name: models.BlockName(b, i), Kind: b.Kind, Height: b.Height, Width: b.Width,
			In: b.In, Mid: b.Mid, Out: b.Out, OutHeight: h, OutWidth: w, Kernel: b.Kernel, Stride: b.Stride, Pad: b.Pad,
			Act: b.Act, SE: b.SE, Squeeze: b.Squeeze, Groups: b.Groups, OutGroups: b.OutGroups, Shuffle: b.Shuffle,
			Bias: b.Bias, Residual: b.Residual, CountsInfo: job.CountsOf(b),
		})
	}
	return info, nil
}

// publish adds what is reported of the built-in network of that name.
func (m *modelInfo) publish(name string) {
	if p, ok := models.PublishedOf(name); ok {
		m.Family, m.Top1, m.Top5 = &p.Family, job.Positive(p.Top1), job.Positive(p.Top5)
	}
}

func (r modelList) Text(w io.Writer) error {
	t := text.NewTable(text.Left("model"), text.Left("family"), text.Left("input"), text.Right("layers"),
		text.Right("MACs"), text.Right("params"), text.Right("published top-1"))
	for _, m := range r.Models {
		t.Row(m.Name, *m.Family, m.Input.String(), fmt.Sprint(len(m.Layers)), text.Count(m.MACs), text.Count(m.Params), percent(m.Top1))
	}
	return t.WriteText(w)
}

func (m modelInfo) Text(w io.Writer) error {
	if m.printYAML {
		_, err := io.WriteString(w, m.YAML)
		return err
	}
	err := writeFacts(w,
		fact{"model", m.Name},
		fact{"input", m.Input},
		fact{"classes", m.Classes},
		fact{"MACs", m.MACs},
		fact{"params", fmt.Sprintf("%d (convolution weights alone: %d)", m.Params, m.ConvWeights)},
		fact{"FLOPs with pools", m.FLOPsWithPool},
		fact{"published", m.published()})
	if err != nil {
		return err
	}
	t := text.NewTable(text.Left("layer"), text.Left("kind"), text.Right("input"), text.Right("mid"), text.Right("output"),
		text.Right("kernel"), text.Right("stride"), text.Left("act"), text.Left("SE"), text.Left("also"),
		text.Right("MACs"), text.Right("params"))
	for _, l := range m.Layers {
		in, out := job.ImageShape{Channels: l.In, Height: l.Height, Width: l.Width}, job.ImageShape{Channels: l.Out, Height: l.OutHeight, Width: l.OutWidth}
		t.Row(l.Name, string(l.Kind), in.String(), unlessZero(l.Mid), out.String(), fmt.Sprint(l.Kernel), fmt.Sprint(l.Stride),
			l.Act, l.gate(), l.also(), text.Count(l.MACs), text.Count(l.Params))
	}
	fmt.Fprintln(w)
	return t.WriteText(w)
}

func (m modelInfo) published() string {
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

// gate names the function of the squeeze-excite gate and its width.
func (l layerInfo) gate() string {
	if l.Squeeze == 0 {
		return l.SE
	}
	return fmt.Sprintf("%s %d", l.SE, l.Squeeze)
}

// also lists what most layers do not have.
func (l layerInfo) also() string {
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
