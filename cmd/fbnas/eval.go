package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func evalVerb(a *app) *cobra.Command {
	var o job.EvalOptions
	var device deviceFlags
	cmd := &cobra.Command{
		Use:   "eval MODEL.onnx|RUN --data DATA",
		Short: "Measure accuracy on test images",
		Long: "Measure the accuracy of an exported file, or of a finished training, on the test\n" +
			"images of a data set. Images are prepared as the file says that it wants them. With\n" +
			"--device the device runs the file, by its own ONNX Runtime.",
		Example: "  fbnas eval model.onnx --data fashion-mnist\n" +
			"  fbnas eval model.onnx --data photos/ --device pixel\n" +
			"  fbnas eval runs/train-1 --data photos/ --json\n" +
			"  fbnas eval model.onnx --data holdout/ --split all    # none of it is left for training",
		Args: cobra.ExactArgs(1),
	}
	device.add(cmd, "where to run the file, instead of in this process")
	cmd.Flags().StringVar(&o.Data, "data", "", "`data` set (of a run, default: what it was trained on)")
	cmd.Flags().StringVar(&o.Split, "split", job.SplitTest, "which `images`: test; train; or all, whatever folders they lie in")
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		o.Device = device.job()
		r, err := job.Eval(ctx, a.env, args[0], o)
		return view(r, evalText), err
	})
	return cmd
}

// imagesOfSplit says what accuracy was measured on.
var imagesOfSplit = map[string]string{job.SplitAll: "images", job.SplitTest: "test images", job.SplitTrain: "training images"}

func evalText(w io.Writer, r *job.EvalResult) error {
	_, err := fmt.Fprintf(w, "%s of %d %s of %s, by %s\n", text.Percent(r.Top1), r.Images, imagesOfSplit[r.Split], r.Data, r.RanOn)
	return err
}
