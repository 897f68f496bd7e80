package job

import (
	"cmp"
	"context"
	"fmt"

	"fbnas/onnxexport"
	"fbnas/quantize"
	"fbnas/train"
)

// quantiser is a float file, built by the export, on its way to an int8 file.
type quantiser struct {
	*export
	quantised onnxexport.File
	feed      onnxexport.Feed
}

// int8 quantises the float file, compares the two and writes the int8 file. Only
// the float file is compared with the training engine.
func (x *export) int8(ctx context.Context) error {
	x.Device = cmp.Or(x.Device, "local")
	x.result.Int8 = &Int8Result{Method: string(x.Int8.Method), Float: append([]string{}, x.Int8.Float...), Warnings: []string{}}
	if err := x.file.Metadata.Store(x.file.Model); err != nil { // the sizes are compared, so the float file needs its metadata too
		return err
	}
	q := quantiser{export: x}
	var err error
	if q.feed, err = onnxexport.FeedOf(x.file.Model, x.file.Metadata); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{q.prove, q.quantise, q.agree, q.accuracy, q.time} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	x.warnOfInt8()
	q.recordQuantisation()
	x.file = q.quantised
	return x.file.Write(x.result.Path)
}

// prove compares the float file with the training engine.
func (x *quantiser) prove(ctx context.Context) error {
	network, err := referenceOf(x.model, x.images)
	if err != nil {
		return err
	}
	defer network.close()
	parity, err := x.file.Verify(ctx, network.Proof)
	x.result.ParityInfo = parityOf(parity, x.dataset() != "")
	return err
}

func (x *quantiser) quantise(ctx context.Context) error {
	arch, err := x.arch(ctx)
	if err != nil {
		return err
	}
	o := x.Int8.options(arch)
	names, err := quantize.Tensors(x.file.Model, o)
	if err != nil {
		return err
	}
	c, err := x.calibrationOn(ctx)
	if err != nil {
		return err
	}
	c.Progress = func(done, total int) { x.env.progress("calibration", done, total) }
	ranges, err := c.Ranges(ctx, x.file.Model, names)
	if err != nil {
		return err
	}
	i := x.result.Int8
	if arch == "amd64" && !o.ReduceRange {
		if i.Saturation, err = x.saturation(ctx, c, ranges, o); err != nil {
			return fmt.Errorf("measure whether sums of 8-bit products saturate on %s: %w", x.Device, err)
		}
		o.ReduceRange = i.Saturation.Saturates && x.Int8.ReduceRange == ""
	}
	i.Activations, i.WeightBits, i.Images = o.Activations.String(), 8, c.Images
	if o.ReduceRange {
		i.WeightBits = 7
	}
	x.quantised.Metadata = x.file.Metadata
	x.quantised.Model, err = quantize.Quantise(x.file.Model, ranges, o)
	return err
}

// calibrationOn prepares the calibration: on training images, never on test
// images; without any data, on the inputs of the comparison.
func (x *quantiser) calibrationOn(ctx context.Context) (quantize.Calibration, error) {
	c := quantize.Calibration{Method: x.Int8.Method, Feed: x.feed, Open: openModel}
	name := cmp.Or(x.Int8.Calibration, x.dataset())
	if name == "" {
		c.Images, c.Image = len(x.images), func(i int) ([]float32, error) { return x.images[i], nil }
		return c, nil
	}
	p := x.model.Preprocessing
	if p.Channels == 0 { // random weights
		p.Shape = x.model.Arch.Input
	}
	set, err := openAs(ctx, x.env, name, p)
	if err != nil {
		return c, err
	}
	x.result.Int8.Calibration = &set.Name
	split := set.Train
	c.Images = min(cmp.Or(x.Int8.Images, CalibrationImages), split.Len())
	c.Image = func(i int) ([]float32, error) {
		image := make([]float32, split.Shape().Size())
		_, err := split.Image(i*split.Len()/c.Images, image)
		return image, err
	}
	return c, nil
}

// open opens one of the two files in this process.
func (x *quantiser) open(ctx context.Context, f onnxexport.File, progress func(done int)) (*openFile, error) {
	return execution{path: x.result.Path, file: f, progress: progress}.open(ctx, x.env)
}

// agree compares both on the images of the comparison.
func (x *quantiser) agree(ctx context.Context) error {
	float, err := x.open(ctx, x.file, noProgress)
	if err != nil {
		return err
	}
	defer float.Close()
	quantised, err := x.open(ctx, x.quantised, noProgress)
	if err != nil {
		return err
	}
	defer quantised.Close()
	images := make([][]float32, len(x.images))
	for i, image := range x.images {
		images[i] = x.feed.Seen(image)
	}
	x.result.Int8.Agreement.Images = len(images)
	x.result.Int8.Agreement.Agreement, err = quantize.Agree(ctx, x.feed.Logits(float), x.feed.Logits(quantised), images)
	return err
}

// accuracy evaluates both on the test images, for a trained network.
func (x *quantiser) accuracy(ctx context.Context) error {
	if x.model.Random() {
		return nil
	}
	set, err := openAs(ctx, x.env, x.dataset(), x.model.Preprocessing)
	if err != nil {
		return err
	}
	total := set.Test.Len()
	evaluate := func(f onnxexport.File, before int) (train.Accuracy, []int, error) {
		opened, err := x.open(ctx, f, func(done int) { x.env.progress("images", min(before+done, 2*total), 2*total) })
		if err != nil {
			return train.Accuracy{}, nil, err
		}
		defer opened.Close()
		run := &classRecorder{Runner: fileEvaluator{opened}, batch: opened.feed.Batch}
		accuracy, err := train.Evaluate(ctx, run, set.Test, opened.feed.Batch, nil)
		return accuracy, run.classes, err
	}
	before, was, err := evaluate(x.file, 0)
	if err != nil {
		return fmt.Errorf("evaluate the float model on %s: %w", set.Name, err)
	}
	after, is, err := evaluate(x.quantised, total)
	if err != nil {
		return fmt.Errorf("evaluate the int8 model on %s: %w", set.Name, err)
	}
	i, float, quantised := x.result.Int8, before.Top1(), after.Top1()
	i.FloatTop1, i.Top1, i.TestImages = &float, &quantised, after.Images
	i.Top1Error = new(changeError(was, is, after.Images))
	x.quantised.Metadata.Accuracy = &onnxexport.Accuracy{Top1: quantised, Images: after.Images, Data: set.Name}
	return nil
}

// time measures both on the device in the same rounds.
func (x *quantiser) time(ctx context.Context) error {
	data, err := x.file.Model.Bytes()
	if err != nil {
		return err
	}
	b, err := x.bench(ctx, x.file, x.quantised)
	if err != nil {
		return err
	}
	i := x.result.Int8
	i.FloatBytes = int64(len(data))
	i.FloatLatencyUS, i.LatencyUS = b.Results[0].LatencyUS, b.Results[1].LatencyUS
	i.AgainstFloat, i.Device = b.Results[1].Against, deviceOf(x.Device, b.Device)
	x.quantised.Metadata.Latency = measured(x.quantised.Metadata.Latency, b, i.LatencyUS)
	return nil
}

// recordQuantisation records in the int8 file how it was made.
func (x *quantiser) recordQuantisation() {
	i, says := x.result.Int8, &x.quantised.Metadata
	says.Quantization = &onnxexport.Quantization{
		Activations: i.Activations, Method: i.Method, Images: i.Images, ReduceRange: i.WeightBits == 7, Saturation: i.Saturation, Float: x.Int8.Float,
		Compared: i.Agreement.Images, Agreement: i.Agreement.Agreement, FloatWeights: says.Weights,
	}
	if i.Calibration != nil {
		says.Quantization.Data = *i.Calibration
	}
	if i.FloatTop1 != nil {
		says.Quantization.FloatTop1, says.Quantization.Top1Error = *i.FloatTop1, *i.Top1Error
	}
	says.Precision, says.Weights = onnxexport.Int8Precision, onnxexport.WeightsDigest(x.quantised.Model)
}
