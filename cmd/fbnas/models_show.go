package main

import (
	"context"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/models"
	"fbnas/onnx"
)

func modelsShowVerb(a *app) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show NAME|ARCH.yaml|FILE.onnx",
		Short: "Describe a network, layer by layer",
		Long: "Describe a network: its counts in all, and layer by layer. Of an ONNX file of any\n" +
			"origin, the nodes are counted as they stand in it: parameters, multiply-accumulates\n" +
			"and activations. Operators that fbnas has no rule for are shown with a \"?\" and are\n" +
			"not in the totals.",
		Example: "  fbnas models show fbnetv2_f1\n" +
			"  fbnas models show model.onnx --json\n" +
			"  fbnas models show model.onnx --yaml > arch.yaml\n" +
			"  fbnas models show resnet50.onnx --input data:1x3x224x224",
		Args: cobra.ExactArgs(1),
		RunE: a.does(func(_ context.Context, args []string) (result, error) {
			return o.show(args[0])
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&o.yaml, "yaml", false, "print it as the content of an arch.yaml")
	f.BoolVar(&o.nodes, "nodes", false, "of a file that fbnas exported, the nodes instead of the blocks")
	f.StringArrayVar(&o.inputs, "input", nil, "count an ONNX file at this shape of an input, `NAME:1x3x224x224` (default: as declared, one image)")
	return cmd
}

type showOptions struct {
	yaml, nodes bool
	inputs      []string
}

// show describes an ONNX file by its nodes unless it states its architecture.
func (o showOptions) show(name string) (result, error) {
	if !onnx.HasExtension(name) {
		if o.nodes || len(o.inputs) > 0 {
			return nil, fault.New(fault.Usage, "Leave out --nodes and --input.", "%s is not an ONNX file", name)
		}
		arch, err := job.LoadArch(name)
		if err != nil {
			return nil, err
		}
		return o.architecture(name, arch)
	}
	f, err := job.ReadONNX(name)
	if err != nil {
		return nil, err
	}
	if f.Says.Architecture == "" && o.yaml {
		return nil, fault.New(fault.Failure, "Leave out --yaml to see its nodes.", "%s: %w", name, job.ErrForeign)
	}
	if f.Says.Architecture == "" || o.nodes || len(o.inputs) > 0 {
		return o.file(name, f.Model)
	}
	arch, err := job.StatedArch(name, f.Says)
	if err != nil {
		return nil, err
	}
	return o.architecture(name, arch)
}

func (o showOptions) architecture(name string, arch models.Arch) (result, error) {
	info, err := describeModel(arch)
	if err != nil {
		return nil, err
	}
	info.publish(name)
	info.printYAML = o.yaml
	return info, nil
}
