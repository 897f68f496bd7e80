package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/onnxexport"
)

func verifyVerb(a *app) *cobra.Command {
	var o job.VerifyOptions
	var device deviceFlags
	cmd := &cobra.Command{
		Use:   "verify MODEL.onnx",
		Short: "Check that an exported file computes what was trained",
		Long: "Repeat the comparison of an export: run the file and hold its logits against those\n" +
			"of the engine that trained, on images of the data. The weights are those of\n" +
			"--weights, or of the finished training under ./runs that the file states by its\n" +
			"digest; random ones are drawn again.\n\n" +
			"The file runs in the ONNX Runtime of this machine; with --device in that of the\n" +
			"device; with --engine onnx-go in onnx-go and gorgonia, which share no code with\n" +
			"either and need no C library. That is for small networks.",
		Example: "  fbnas verify model.onnx\n" +
			"  fbnas verify model.onnx --device pixel\n" +
			"  fbnas verify model.onnx --engine onnx-go\n" +
			"  fbnas verify model.onnx --weights runs/train-1/weights.safetensors --data photos/",
		Args: cobra.ExactArgs(1),
	}
	device.add(cmd, "where to run the file, instead of in this process")
	f := cmd.Flags()
	f.StringVar(&o.Place.Engine, "engine", job.EngineORT, "what runs the file: ort or onnx-go")
	f.StringVar(&o.Weights, "weights", "", "the weights.safetensors of the training (default: looked for in --root)")
	f.StringVar(&o.Data, "data", "", "`data` set to compare on (default: what the network was trained on)")
	f.StringVar(&o.Root, "root", job.RunsFolder, "`folder` to look for the training in")
	f.IntVar(&o.Images, "images", 0, fmt.Sprintf("how many to compare on, %d to %d (default %d, with onnx-go %d)",
		onnxexport.ParityInputs, job.ParityImages, job.ParityImages, onnxexport.ParityInputs))
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		o.Place.Device = device.job()
		r, err := job.Verify(ctx, a.env, args[0], o)
		return view(r, verifyText), err
	})
	return cmd
}

func verifyText(w io.Writer, r *job.VerifyResult) error {
	weights := "random"
	switch {
	case r.From != nil:
		weights = *r.From
	case r.Seed != nil:
		weights = fmt.Sprintf("random, drawn again from seed %d", *r.Seed)
	}
	facts := []fact{{"model", r.Path}, {"weights", weights}, {"run by", r.RanOn}, {"parity", r.ParityInfo}}
	if r.Stated != nil {
		facts = append(facts, fact{"int8", fmt.Sprintf("same class for %s of the images when it was written", text.Percent(*r.Stated))})
	}
	if !r.SameGraph {
		facts = append(facts, fact{"graph", "not the nodes that this version of fbnas exports"})
	}
	return writeFacts(w, facts...)
}
