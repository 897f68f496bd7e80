package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func importVerb(a *app) *cobra.Command {
	var o job.ImportOptions
	cmd := &cobra.Command{
		Use:   "import FILE -o W.safetensors",
		Short: "Take over the weights of a network from another file",
		Long: "Write the weights.safetensors of a network whose weights are in FILE: an ONNX file,\n" +
			"a safetensors file, a state dict that torch.save wrote, or a training's folder. Of an\n" +
			"ONNX file, the graph is compared with the architecture and then run beside it; of the\n" +
			"others, the names of the tensors are looked up (docs/weights.md). FILE has to fit the\n" +
			"architecture to the last tensor, unless --partial is given. Of a graph that prepares\n" +
			"images or continues after the logits, --inputs and --outputs name the part.",
		Example: "  fbnas import model.onnx -o weights.safetensors\n" +
			"  fbnas import theirs.onnx --arch arch.yaml --data photos/ --normalise imagenet -o weights.safetensors\n" +
			"  fbnas import fbnetv2_f1.pth --arch fbnetv2_f1 --normalise imagenet -o weights.safetensors\n" +
			"  fbnas export model.onnx --weights weights.safetensors --data photos/",
		Args: cobra.ExactArgs(1),
		RunE: a.action(func(ctx context.Context, args []string) (result, error) {
			r, err := job.Import(ctx, a.env, args[0], o)
			return view(r, importText), err
		}),
	}
	f := cmd.Flags()
	f.StringVar(&o.Arch, "arch", "", "the `network` that the weights are of: a built-in name, an arch.yaml or a search's folder (default: what FILE states)")
	f.StringVarP(&o.Output, "output", "o", "", "the weights.safetensors `file` to write")
	f.StringVar(&o.Data, "data", "", "`data` set that gives the names of the classes, and whose test images give the accuracy")
	f.StringVar(&o.Normalise, "normalise", "", "how the weights want pixels: source (as FILE states), imagenet, or data (by the data's own mean and deviation); default: source where FILE states it")
	f.StringVar(&o.From, "inputs", "", "read the graph of an ONNX file from this `value` on: the image, behind nodes that prepare it")
	f.StringVar(&o.To, "outputs", "", "read it up to this `value`: the logits, before a softmax")
	f.BoolVar(&o.Partial, "partial", false, "draw the parameters that FILE has nothing for, and leave out what the network has no place for")
	f.Uint64Var(&o.Seed, "seed", 1, "of parameters that are drawn, and of the inputs of the comparison")
	return cmd
}

func importText(w io.Writer, r *job.ImportResult) error {
	parity, accuracy, names := "", "", ""
	if r.Parity != nil {
		parity = r.Parity.String()
	}
	if r.Top1 != nil {
		accuracy = fmt.Sprintf("%s of %d test images", text.Percent(*r.Top1), r.Images)
	}
	if r.Names != nil {
		names = ", by the names of " + *r.Names
	}
	if r.Note != nil {
		names += "; " + *r.Note
	}
	return writeFacts(w,
		fact{"weights", r.Path},
		fact{"network", r.Arch},
		fact{"from", fmt.Sprintf("%s (%s): %d tensors%s", r.From, r.Format, r.Tensors, names)},
		fact{"drawn", text.List(r.Drawn)},
		fact{"left out", text.List(r.Unused)},
		fact{"misfits", text.List(r.Misfits)},
		fact{"params", r.Params},
		fact{"checked", parity},
		fact{"accuracy", accuracy})
}
