package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/models"
	"fbnas/report"
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
				r.Models = append(r.Models, info)
			}
			return r, nil
		}),
	}
}

func modelsShowVerb(a *app) *cobra.Command {
	var yaml bool
	cmd := &cobra.Command{
		Use:     "show NAME|ARCH.yaml|FILE.onnx",
		Short:   "Describe a network, layer by layer",
		Example: "  fbnas models show fbnetv2_f1\n  fbnas models show model.onnx --json\n  fbnas models show model.onnx --yaml > arch.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: a.does(func(_ context.Context, args []string) (result, error) {
			load := loadArch
			if filepath.Ext(args[0]) == ".onnx" {
				load = exportedArch
			}
			arch, err := load(args[0])
			if err != nil {
				return nil, err
			}
			info, err := describeModel(arch)
			if err != nil {
				return nil, err
			}
			info.printYAML = yaml
			return info, nil
		}),
	}
	cmd.Flags().BoolVar(&yaml, "yaml", false, "print it as the content of an arch.yaml")
	return cmd
}

type modelList struct {
	Models []modelInfo `json:"models"`
}

type modelInfo struct {
	Name    string     `json:"name"`
	Input   imageShape `json:"input"`
	Classes int        `json:"classes"`
	counts
	Layers []layerInfo `json:"layers"`
	YAML   string      `json:"yaml"`

	printYAML bool
}

type layerInfo struct {
	Name   string      `json:"name"`
	Kind   models.Kind `json:"kind"`
	Height int         `json:"h"` // of its input
	Width  int         `json:"w"`
	In     int         `json:"in"`
	Mid    int         `json:"mid"`
	Out    int         `json:"out"`
	Kernel int         `json:"kernel"`
	Stride int         `json:"stride"`
	Act    string      `json:"act"`
	SE     string      `json:"se"`
	counts
}

// counts is models.Counts in a document.
type counts struct {
	MACs          int64 `json:"macs"`
	Params        int64 `json:"params"`
	ConvWeights   int64 `json:"conv_weights"`
	FLOPsWithPool int64 `json:"flops_with_pool"`
}

func countsOf(blocks ...models.Block) counts {
	n := models.Count(blocks)
	return counts{n.MACs, n.Params, n.ConvWeights, n.FLOPsWithPool}
}

func describeModel(arch models.Arch) (modelInfo, error) {
	blocks, err := arch.Resolve()
	if err != nil {
		return modelInfo{}, fmt.Errorf("model %s: %w", arch.Name, err)
	}
	info := modelInfo{Name: arch.Name, Input: imageShape(arch.Input), Classes: arch.Classes, counts: countsOf(blocks...), YAML: string(arch.YAML())}
	for i, b := range blocks {
		info.Layers = append(info.Layers, layerInfo{
			Name: models.BlockName(b, i), Kind: b.Kind, Height: b.Height, Width: b.Width,
			In: b.In, Mid: b.Mid, Out: b.Out, Kernel: b.Kernel, Stride: b.Stride, Act: b.Act, SE: b.SE,
			counts: countsOf(b),
		})
	}
	return info, nil
}

func (r modelList) Text(w io.Writer) error {
	t := report.NewTable(report.Text("model"), report.Text("input"), report.Number("layers"), report.Number("MACs"), report.Number("params"))
	for _, m := range r.Models {
		t.Row(m.Name, m.Input.String(), fmt.Sprint(len(m.Layers)), report.Count(m.MACs), report.Count(m.Params))
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
		fact{"FLOPs with pools", m.FLOPsWithPool})
	if err != nil {
		return err
	}
	t := report.NewTable(report.Text("layer"), report.Text("kind"), report.Number("input"), report.Number("in"), report.Number("mid"),
		report.Number("out"), report.Number("kernel"), report.Number("stride"), report.Text("act"), report.Text("SE"),
		report.Number("MACs"), report.Number("params"))
	for _, l := range m.Layers {
		t.Row(l.Name, string(l.Kind), fmt.Sprintf("%dx%d", l.Height, l.Width), fmt.Sprint(l.In), fmt.Sprint(l.Mid), fmt.Sprint(l.Out),
			fmt.Sprint(l.Kernel), fmt.Sprint(l.Stride), l.Act, l.SE, report.Count(l.MACs), report.Count(l.Params))
	}
	fmt.Fprintln(w)
	return t.WriteText(w)
}
