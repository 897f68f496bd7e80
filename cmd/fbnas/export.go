package main

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/card"
	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/profile"
)

type exportOptions struct {
	from    string
	weights string
	data    string
	lut     string
	root    string
	device  string
	licence string
	seed    uint64
	form    formFlags
	int8    int8Flags
}

func exportVerb(a *app) *cobra.Command {
	var o exportOptions
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
	f.StringVar(&o.from, "from", "", "a training's folder, an arch.yaml or a built-in `network` (default: the newest finished training)")
	f.StringVar(&o.weights, "weights", "", "the weights.safetensors of a training, instead of a run's own `file`")
	f.StringVar(&o.data, "data", "", "`data` set to compare on (default: what the network was trained on)")
	f.StringVar(&o.lut, "lut", "", "`table` that predicts the latency; the file states it")
	f.StringVar(&o.root, "root", job.RunsFolder, "`folder` to look for trainings in")
	f.StringVar(&o.device, "device", "", "time the file on this `device`, as bench does; the file states it (default: it is not timed; with --int8, local)")
	f.StringVar(&o.licence, "licence", "", "`text` on the licence of the weights for the model card, such as \"CC BY 4.0\" (default: it says that none is stated)")
	f.Uint64Var(&o.seed, "seed", 1, "of random weights and of the inputs that they are compared on")
	o.form.add(f)
	o.int8.add(f)
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		r, err := o.run(ctx, a, cmd, args[0])
		if r.Inputs == 0 {
			return nil, err // nothing was compared
		}
		return r, err
	})
	return cmd
}

// check refuses what this version cannot do.
func (o exportOptions) check(flags *pflag.FlagSet, out string) error {
	if !onnx.HasExtension(out) {
		return fault.New(fault.Usage, "Give the path of the file to write, such as model.onnx.", "%s does not end in .onnx", out)
	}
	if err := o.form.check(); err != nil {
		return err
	}
	if err := o.int8.check(flags, o.form); err != nil {
		return err
	}
	if err := job.CheckOutputs(out, onnxexport.LabelsPath(out), card.Path(out)); err != nil {
		return err
	}
	return card.Check(card.Path(out))
}

func (o exportOptions) run(ctx context.Context, a *app, cmd *cobra.Command, out string) (exportResult, error) {
	r := exportResult{Path: out}
	began := time.Now()
	if err := o.check(cmd.Flags(), out); err != nil {
		return r, err
	}
	t, images, err := o.subject(ctx, a)
	if err != nil {
		return r, err
	}
	from := originOf(a, t, o.root)
	if from != nil && from.precision() != o.precision() {
		a.log.Warn(fmt.Sprintf("the search that found this network aimed at the latency of %s files, and this one is %s", from.precision(), o.precision()))
	}
	spec, err := o.spec(t, from)
	if err != nil {
		return r, err
	}
	f, err := onnxexport.Build(spec)
	if err != nil {
		return r, err
	}
	export := o.exportFloat
	if o.int8.wanted {
		export = o.exportInt8
	}
	if err := export(ctx, a, cmd, &r, &f, t, images); err != nil {
		return r, err
	}
	if err = r.describe(f, t, from, o.licence); err == nil && t.Random() {
		warnOfCard(a, out)
	}
	r.Seconds = time.Since(began).Seconds()
	return r, err
}

// exportFloat times the model where that is asked for, proves it and writes it.
func (o exportOptions) exportFloat(ctx context.Context, a *app, cmd *cobra.Command, r *exportResult, f *onnxexport.File, t job.Model, images [][]float32) error {
	if err := o.time(ctx, a, cmd, f); err != nil {
		return err
	}
	proof, err := proofOf(t, images)
	if err != nil {
		return err
	}
	defer proof.close()
	parity, err := f.Publish(ctx, r.Path, proof.Proof)
	r.parityInfo = parityOf(parity, cmp.Or(o.data, t.DataPath) != "")
	return err
}

// spec is the network with what its file says of itself.
func (o exportOptions) spec(t job.Model, from *origin) (onnxexport.Spec, error) {
	md := onnxexport.Metadata{Tool: "fbnas " + version, Architecture: string(t.Arch.YAML()), Classes: t.Classes}
	switch {
	case t.Preprocessing.Channels > 0:
		md.Preprocessing = &t.Preprocessing
	case o.form.input == onnxexport.PixelsNHWC:
		md.Preprocessing = anyPictures(t.Arch.Input)
	}
	md.Data = t.Data
	if t.Random() {
		md.Seed = &t.Seed
	}
	if t.Test.Images > 0 {
		md.Accuracy = &onnxexport.Accuracy{Top1: t.Test.Top1(), Images: t.Test.Images, Data: t.DataName()}
	}
	var err error
	md.Latency, err = o.predicted(t.Blocks, from)
	return onnxexport.Spec{Name: t.Arch.Name, Blocks: t.Blocks, Weights: t.Values, Form: o.form.form(), Metadata: md}, err
}

// precision is the number format that the file computes in.
func (o exportOptions) precision() string {
	if o.int8.wanted {
		return latency.Int8
	}
	return latency.FP32
}

// predicted is what the table of --lut says about the network, else what the
// search said that found it.
func (o exportOptions) predicted(blocks []models.Block, from *origin) (*onnxexport.Latency, error) {
	if o.lut == "" {
		if from == nil || from.precision() != o.precision() {
			return nil, nil
		}
		f := from.found
		return &onnxexport.Latency{Table: from.config.TableDigest, PredictedUS: f.Predicted, ErrorUS: f.ErrorOrZero(), ErrorOrigin: string(f.Origin),
			Rows: f.Rows, PredictedRows: f.PredictedRows}, nil
	}
	t, err := lut.Load(o.lut)
	if err != nil {
		return nil, err
	}
	if err := t.CheckPrecision(o.precision()); err != nil {
		return nil, err
	}
	if err := t.Require(blocks); err != nil {
		return nil, err
	}
	if err := profile.Fresh(t, blocks); err != nil {
		return nil, err
	}
	e, err := t.Predict(blocks)
	if err != nil {
		return nil, fmt.Errorf("predict the latency by %s: %w", o.lut, err)
	}
	digest, err := job.FileDigest(o.lut)
	if err != nil {
		return nil, err
	}
	h := t.Header
	predicted, _ := e.Unmeasured()
	return &onnxexport.Latency{Device: h.Device.Model.SoC, Runtime: h.Condition.Runtime, Table: digest, PredictedUS: e.US, ErrorUS: e.ErrorUS, ErrorOrigin: string(e.Certainty.Origin),
		Rows: e.Rows, PredictedRows: predicted}, nil
}
