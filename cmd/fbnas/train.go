package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/train"
)

func trainVerb(a *app) *cobra.Command {
	var f runFlags
	o := job.TrainOptions{Config: train.DefaultConfig()}
	cmd := &cobra.Command{
		Use:   "train [RUN|ARCH.yaml|NAME] --data DATA",
		Short: "Train an architecture",
		Long: "Train the architecture that a search found, that a file describes or that is\n" +
			"built in, from random weights or from those of another training (--init-from):\n" +
			"then the classifier starts anew where the classes are others, pixels are\n" +
			"normalised as they were there, and the architecture is that file's unless one is\n" +
			"given. Interrupting keeps the state; --resume continues and ends in what an\n" +
			"uninterrupted training gives, bit for bit. See docs/training.md.",
		Example: "  fbnas train runs/search-1 --data photos/\n" +
			"  fbnas train arch.yaml --data fashion-mnist --epochs 20 -o runs/mine\n" +
			"  fbnas train --resume -o runs/mine\n" +
			"  fbnas train --init-from model.onnx --data flowers/ --epochs 30\n" +
			"  fbnas train --init-from runs/mine --data flowers/ --freeze backbone --epochs 5\n" +
			"  fbnas train fbnetv2_f1 --data photos/ --crop-scale 0.35 --trivial-augment \\\n" +
			"    --mixup 0.2 --drop-path 0.1 --dropout 0.2 --ema 0.999 --epochs 100",
		Args: cobra.MaximumNArgs(1),
	}
	f.add(cmd)
	trainFlags(cmd, &o.Config)
	techniqueFlags(cmd, &o.Config.Techniques)
	flags := cmd.Flags()
	flags.StringVar(&o.InitFrom, "init-from", "", "start from the weights in this `file` (.onnx, .safetensors, .pth) or finished training")
	flags.BoolVar(&o.NewClassifier, "new-classifier", false, "start the classifier anew where --init-from has one for classes of the same names, too")
	flags.StringVar(&o.Normalise, "normalise", "", "`how` pixels are normalised: source (as for the weights of --init-from), data (by the images' own mean and deviation) or imagenet (default source where that is known, else data)")
	cmd.RunE = a.action(func(ctx context.Context, args []string) (result, error) {
		var err error
		if o.RunOptions, err = f.options(cmd); err != nil {
			return nil, err
		}
		if len(args) > 0 {
			o.Network = args[0]
		}
		o.ExactBatch = cmd.Flags().Changed("batch")
		o.Given = given(cmd)
		r, err := job.Train(ctx, a.env, o)
		return view(r, trainText), err
	})
	return cmd
}

func trainText(w io.Writer, r *job.TrainResult) error {
	return writeFacts(w,
		fact{"run", r.Run},
		fact{"accuracy", fmt.Sprintf("%s of %d test images", text.Percent(r.Top1), r.TestImages)},
		fact{"network", fmt.Sprintf("%s: %s params, %s MACs", r.Arch, text.Count(r.Params), text.Count(r.MACs))},
		fact{"started from", started(r)},
		fact{"trained", trainedPart(r)},
		fact{"time", fmt.Sprintf("%s for %d epochs (%d steps), %s of it waiting for images", text.Seconds(r.Seconds), r.Epochs, r.Steps, text.Percent(r.WaitFraction))},
	)
}

// started says what the training started from, "" for random weights.
func started(r *job.TrainResult) string {
	switch {
	case r.InitFrom == nil:
		return ""
	case len(r.InitFresh) == 0:
		return *r.InitFrom
	}
	return *r.InitFrom + ", but for the classifier, which started anew"
}

// trainedPart says how much of the network was trained, "" for all of it.
func trainedPart(r *job.TrainResult) string {
	if r.TrainedParams == r.Params {
		return ""
	}
	return fmt.Sprintf("%s of the params, the others were frozen", text.Count(r.TrainedParams))
}
