package main

import (
	"context"

	"github.com/spf13/cobra"

	"fbnas/job"
)

func exportVerb(a *app) *cobra.Command {
	var (
		o    job.ExportOptions
		form formFlags
		int8 int8Flags
	)
	cmd := &cobra.Command{
		Use:   "export OUT.onnx",
		Short: "Write a trained network as ONNX, with proof that it computes the same",
		Long: "Write a network as an ONNX file: the newest finished training under ./runs, or what\n" +
			"--from and --weights name. The file is run in ONNX Runtime and compared with the\n" +
			"engine that trained it, on images of its data, before it is written. Class names\n" +
			"(OUT.labels.txt) and a model card (OUT.md), with the lines of Python, Kotlin, Swift\n" +
			"and Go that run the file, are written beside it. See docs/export.md.\n\n" +
			"An architecture without weights gets random ones: good for timing, for nothing else.",
		Example: "  fbnas export model.onnx\n" +
			"  fbnas export model.onnx --from runs/train-1 --lut pixel.lut --device pixel\n" +
			"  fbnas export model.onnx --input uint8-nhwc           # takes a camera's pixels\n" +
			"  fbnas export model.onnx --batch symbolic --opset 21  # for a server\n" +
			"  fbnas export model.onnx --fp16                       # half the size\n" +
			"  fbnas export model.onnx --int8 --device pixel        # compared with float there\n" +
			"  fbnas export f1.onnx --from fbnetv2_f1               # random weights",
		Args: cobra.ExactArgs(1),
	}
	f := cmd.Flags()
	f.StringVar(&o.From, "from", "", "a training's folder, an arch.yaml or a built-in `network` (default: the newest finished training)")
	f.StringVar(&o.Weights, "weights", "", "the weights.safetensors of a training, instead of a run's own `file`")
	f.StringVar(&o.Data, "data", "", "`data` set to compare on (default: what the network was trained on)")
	f.StringVar(&o.Table, "lut", "", "`table` that predicts the latency; the file states it")
	f.StringVar(&o.Root, "root", job.RunsFolder, "`folder` to look for trainings in")
	f.StringVar(&o.Device, "device", "", "time the file on this `device`, as bench does; the file states it (default: it is not timed; with --int8, local)")
	f.StringVar(&o.Licence, "licence", "", "`text` on the licence of the weights for the model card, such as \"CC BY 4.0\" (default: it says that none is stated)")
	f.Uint64Var(&o.Seed, "seed", 1, "of random weights and of the inputs that they are compared on")
	form.add(f)
	int8.add(f)
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		if err := form.check(); err != nil {
			return nil, err
		}
		o.Form = form.form()
		var err error
		if o.Int8, err = int8.options(f); err != nil {
			return nil, err
		}
		r, err := job.Export(ctx, a.env, args[0], o)
		return view(r, exportText), err
	})
	return cmd
}
