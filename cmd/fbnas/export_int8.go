package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"fbnas/job"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
	"fbnas/train"
)

// int8Export is a float model on its way to an int8 file.
type int8Export struct {
	exportOptions
	*app
	t         job.Model
	images    [][]float32 // that the two are compared on
	float     onnxexport.File
	quantised *onnx.Model
	md        onnxexport.Metadata
	feed      onnxexport.Feed
	result    *exportResult
}

// exportInt8 quantises m, compares it with m and writes it. What is proven
// against the training engine is m.
func (o exportOptions) exportInt8(ctx context.Context, a *app, cmd *cobra.Command, r *exportResult, f *onnxexport.File, t job.Model, images [][]float32) error {
	x := int8Export{exportOptions: o, app: a, t: t, images: images, float: *f, md: f.Says, result: r}
	x.device = cmp.Or(o.device, "local")
	r.Int8 = &int8Info{Method: o.int8.method, Float: append([]string{}, o.int8.float...), Warnings: []string{}}
	var err error
	if err = f.Says.Store(f.Model); err != nil { // the float file, whose size is compared, has its own
		return err
	}
	if x.feed, err = onnxexport.FeedOf(f.Model, f.Says); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{x.prove, x.quantise, x.agree, x.accuracy} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := x.time(ctx, cmd); err != nil {
		return err
	}
	x.judge()
	err = x.write()
	*f = onnxexport.File{Model: x.quantised, Says: x.md}
	return err
}

// prove holds the float model against the training engine.
func (x *int8Export) prove(ctx context.Context) error {
	proof, err := proofOf(x.t, x.images)
	if err != nil {
		return err
	}
	defer proof.close()
	parity, err := x.float.Verify(ctx, proof.Proof)
	x.result.parityInfo = parityOf(parity, x.dataset() != "")
	return err
}

func (x *int8Export) dataset() string { return cmp.Or(x.data, x.t.DataPath) }

func (x *int8Export) quantise(ctx context.Context) error {
	arch, err := x.arch(ctx)
	if err != nil {
		return err
	}
	o := x.int8.options(arch)
	names, err := quantize.Tensors(x.float.Model, o)
	if err != nil {
		return err
	}
	c, err := x.calibrationOn(ctx)
	if err != nil {
		return err
	}
	shown := x.progress()
	c.Progress = func(done, total int) { shown.at("calibration", done, total) }
	ranges, err := c.Ranges(ctx, x.float.Model, names)
	shown.close()
	if err != nil {
		return err
	}
	i := x.result.Int8
	if arch == "amd64" && !o.ReduceRange {
		if i.Saturation, err = x.saturation(ctx, c, ranges, o); err != nil {
			return fmt.Errorf("measure whether sums of 8-bit products saturate on %s: %w", x.device, err)
		}
		o.ReduceRange = i.Saturation.Saturates && x.int8.reduce == auto
	}
	i.Activations, i.WeightBits, i.Images = o.Activations.String(), 8, c.Images
	if o.ReduceRange {
		i.WeightBits = 7
	}
	x.quantised, err = quantize.Quantise(x.float.Model, ranges, o)
	return err
}

// calibrationOn prepares the calibration: on training images, never on test
// images; on the inputs of the comparison where a network has no data at all.
func (x *int8Export) calibrationOn(ctx context.Context) (quantize.Calibration, error) {
	c := quantize.Calibration{Method: quantize.Method(x.int8.method), Feed: x.feed, Open: openModel}
	name := cmp.Or(x.int8.calibration, x.dataset())
	if name == "" {
		c.Images, c.Image = len(x.images), func(i int) ([]float32, error) { return x.images[i], nil }
		return c, nil
	}
	p := x.t.Preprocessing
	if p.Channels == 0 { // random weights
		p.Channels, p.Height, p.Width = x.t.Arch.Input.Channels, x.t.Arch.Input.Height, x.t.Arch.Input.Width
	}
	set, err := job.OpenAs(ctx, x.app.env, name, p)
	if err != nil {
		return c, err
	}
	x.result.Int8.Calibration = &set.Name
	split := set.Train
	c.Images = min(x.int8.images, split.Len())
	c.Image = func(i int) ([]float32, error) {
		shape := split.Shape()
		image := make([]float32, shape[0]*shape[1]*shape[2])
		_, err := split.Image(i*split.Len()/c.Images, image)
		return image, err
	}
	return c, nil
}

// start opens one of the two in this process.
func (x *int8Export) start(ctx context.Context, m *onnx.Model, told func(done int)) (*running, error) {
	p := place{engine: engineORT}
	return p.start(ctx, x.app, x.result.Path, m, x.md, 0, told)
}

// agree runs both on the images of the comparison.
func (x *int8Export) agree(ctx context.Context) error {
	float, err := x.start(ctx, x.float.Model, quietly)
	if err != nil {
		return err
	}
	defer float.Close()
	quantised, err := x.start(ctx, x.quantised, quietly)
	if err != nil {
		return err
	}
	defer quantised.Close()
	images := make([][]float32, len(x.images))
	for i, image := range x.images {
		images[i] = x.feed.Seen(image)
	}
	x.result.Int8.Agreement, err = quantize.Agree(ctx, x.feed.Logits(float), x.feed.Logits(quantised), images)
	return err
}

// accuracy evaluates both on the test images, where the network was trained.
func (x *int8Export) accuracy(ctx context.Context) error {
	if x.t.Random() {
		return nil
	}
	set, err := job.OpenAs(ctx, x.app.env, x.dataset(), x.t.Preprocessing)
	if err != nil {
		return err
	}
	shown, total := x.progress(), set.Test.Len()
	defer shown.close()
	evaluate := func(m *onnx.Model, before int) (train.Accuracy, error) {
		f, err := x.start(ctx, m, func(done int) { shown.at("images", min(before+done, 2*total), 2*total) })
		if err != nil {
			return train.Accuracy{}, err
		}
		defer f.Close()
		return train.Evaluate(ctx, fed{f}, set.Test, f.feed.Batch, nil)
	}
	before, err := evaluate(x.float.Model, 0)
	if err != nil {
		return fmt.Errorf("evaluate the float model on %s: %w", set.Name, err)
	}
	after, err := evaluate(x.quantised, total)
	if err != nil {
		return fmt.Errorf("evaluate the int8 model on %s: %w", set.Name, err)
	}
	i, float, quantised := x.result.Int8, before.Top1(), after.Top1()
	i.FloatTop1, i.Top1, i.TestImages = &float, &quantised, after.Images
	x.md.Accuracy = &onnxexport.Accuracy{Top1: quantised, Images: after.Images, Data: set.Name}
	return nil
}
