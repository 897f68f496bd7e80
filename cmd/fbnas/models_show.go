package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func modelsShowVerb(a *app) *cobra.Command {
	var o job.ShowOptions
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
		RunE: a.action(func(_ context.Context, args []string) (result, error) {
			m, f, err := job.ShowModel(args[0], o)
			switch {
			case m != nil && o.YAML:
				return view(m, yamlText), err
			case m != nil:
				return view(m, modelText), err
			}
			return view(f, fileText), err
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&o.YAML, "yaml", false, "print it as the content of an arch.yaml")
	f.BoolVar(&o.Nodes, "nodes", false, "of a file that fbnas exported, the nodes instead of the blocks")
	f.StringArrayVar(&o.Inputs, "input", nil, "count an ONNX file at this shape of an input, `NAME:1x3x224x224` (default: as declared, one image)")
	return cmd
}

func yamlText(w io.Writer, m *job.ModelInfo) error {
	_, err := io.WriteString(w, m.YAML)
	return err
}

func fileText(w io.Writer, f *job.FileInfo) error {
	producer := ""
	if f.Producer != nil {
		producer = *f.Producer
	}
	uncounted := ""
	if f.Uncounted > 0 {
		uncounted = fmt.Sprintf("%d of %d nodes: the totals lack them (marked ?)", f.Uncounted, len(f.Layers))
	}
	err := writeFacts(w,
		fact{"file", f.Name},
		fact{"producer", producer},
		fact{"opset", fmt.Sprintf("%d (IR version %d)", f.Opset, f.IRVersion)},
		fact{"inputs", text.List(f.Inputs)},
		fact{"outputs", text.List(f.Outputs)},
		fact{"nodes", len(f.Layers)},
		fact{"MACs", f.MACs},
		fact{"params", fmt.Sprintf("%d (weights alone: %d)", f.Params, f.ConvWeights)},
		fact{"FLOPs with pools", f.FLOPsWithPool},
		fact{"activations", fmt.Sprintf("%d numbers, %d bytes; at most %d bytes at once", *f.Elements, *f.Bytes, f.PeakBytes)},
		fact{"constants", fmt.Sprintf("%d bytes", f.ConstantBytes)},
		fact{"not counted", uncounted})
	if err != nil {
		return err
	}
	t := text.NewTable(text.Left("node"), text.Left("operator"), text.Left("output"),
		text.Right("MACs"), text.Right("params"), text.Right("activations"))
	for _, n := range f.Layers {
		t.Row(n.Name, n.Op, n.Output.String(), orUnknown(n.MACs), text.Count(n.Params), orUnknown(n.Elements))
	}
	fmt.Fprintln(w)
	return t.WriteText(w)
}

func orUnknown(n *int64) string {
	if n == nil {
		return "?"
	}
	return text.Count(*n)
}
