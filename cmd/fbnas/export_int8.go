package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
	"fbnas/train"
)

// int8Flags say how a file is quantised; see docs/int8.md.
type int8Flags struct {
	wanted      bool
	calibration string
	images      int
	method      string
	activations string
	float       []string
	reduce      string
}

// Answers to --reduce-range.
const (
	auto = "auto"
	on   = "on"
	off  = "off"
)

func (i *int8Flags) add(f *pflag.FlagSet) {
	f.BoolVar(&i.wanted, "int8", false, "quantise to int8 (QDQ form), and compare accuracy and latency before and after")
	f.StringVar(&i.calibration, "calibration", "", "`data` set whose training images calibrate int8 (default: what the network was trained on)")
	f.IntVar(&i.images, "calibration-images", 256, "how many of them")
	f.StringVar(&i.method, "calibration-method", string(quantize.Percentile), "how ranges follow from values: minmax, percentile or entropy")
	f.StringVar(&i.activations, "int8-activations", auto, "`type` of int8's activations: int8, uint8, or auto: what the device's kernels are made for")
	f.StringSliceVar(&i.float, "int8-float", nil, "`layers` that int8 leaves in float: blocks.03.project, blocks.03, first, last")
	f.StringVar(&i.reduce, "reduce-range", auto, "weights of 7 bits, for x86 without VNNI: on, off, or auto, by the device")
	f.Lookup("reduce-range").NoOptDefVal = on
}

// check refuses flags that say nothing known, or that go with --int8 only.
func (i int8Flags) check(flags *pflag.FlagSet, form formFlags) error {
	for _, name := range []string{"calibration", "calibration-images", "calibration-method", "int8-activations", "int8-float", "reduce-range"} {
		if flags.Changed(name) && !i.wanted {
			return fault.New(fault.Usage, "Add --int8.", "--%s is of int8", name)
		}
	}
	switch {
	case i.wanted && form.half:
		return fault.New(fault.Usage, "Leave out one of them.", "--int8 and --fp16 do not go together")
	case i.images < 1:
		return fault.New(fault.Usage, "Give --calibration-images 1 or more.", "%d calibration images", i.images)
	case !slices.Contains([]string{auto, "int8", "uint8"}, i.activations):
		return fault.New(fault.Usage, "Give --int8-activations auto, int8 or uint8.", "no activations %q", i.activations)
	case !slices.Contains([]string{auto, on, off}, i.reduce):
		return fault.New(fault.Usage, "Give --reduce-range, --reduce-range=off or =auto.", "--reduce-range is %q", i.reduce)
	}
	return quantize.Method(i.method).Validate()
}

// options for a device.
func (i int8Flags) options(arch string, vnni bool) quantize.Options {
	o := quantize.Options{Activations: quantize.ActivationsFor(arch), Float: i.float, ReduceRange: i.reduce == on}
	switch i.activations {
	case "int8":
		o.Activations = onnx.Int8
	case "uint8":
		o.Activations = onnx.Uint8
	}
	if i.reduce == auto {
		o.ReduceRange = arch == "amd64" && !vnni
	}
	return o
}

// vnni tells whether this machine multiplies 8-bit numbers without saturation.
func vnni() bool {
	cpu, _ := os.ReadFile("/proc/cpuinfo")
	return strings.Contains(string(cpu), "avx512_vnni") || strings.Contains(string(cpu), "avx_vnni")
}

// int8Export is a float model on its way to an int8 file.
type int8Export struct {
	exportOptions
	*app
	t         trained
	images    [][]float32 // that the two are compared on
	float     *onnx.Model
	quantised *onnx.Model
	md        onnxexport.Metadata
	feed      onnxexport.Feed
	result    *exportResult
}

// exportInt8 quantises m, compares it with m and writes it. What is proven
// against the training engine is m.
func (o exportOptions) exportInt8(ctx context.Context, a *app, cmd *cobra.Command, r *exportResult, m *onnx.Model, t trained, images [][]float32) (*onnx.Model, error) {
	x := int8Export{exportOptions: o, app: a, t: t, images: images, float: m, result: r}
	x.device = cmp.Or(o.device, "local")
	r.Int8 = &int8Info{Method: o.int8.method, Float: append([]string{}, o.int8.float...), Warnings: []string{}}
	var err error
	if x.md, err = onnxexport.ReadMetadata(m); err != nil {
		return nil, err
	}
	if x.feed, err = onnxexport.FeedOf(m, x.md); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{x.prove, x.quantise, x.agree, x.accuracy} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	if err := x.time(ctx, cmd); err != nil {
		return nil, err
	}
	x.judge()
	return x.quantised, x.write()
}

// prove holds the float model against the training engine.
func (x *int8Export) prove(ctx context.Context) error {
	proof, err := proofOf(x.t, x.images)
	if err != nil {
		return err
	}
	defer proof.close()
	parity, err := onnxexport.Verify(ctx, x.float, proof.Proof)
	x.result.parityInfo = parityOf(parity, x.dataset() != "")
	return err
}

func (x *int8Export) dataset() string { return cmp.Or(x.data, x.t.data) }

func (x *int8Export) quantise(ctx context.Context) error {
	arch, err := x.arch(ctx)
	if err != nil {
		return err
	}
	o := x.int8.options(arch, x.device == "local" && vnni())
	if o.ReduceRange && x.int8.reduce == auto {
		x.log.Info("weights get 7 bits: the processor is not known to have VNNI, and without it sums of 8-bit products may saturate", "device", x.device)
	}
	names, err := quantize.Tensors(x.float, o)
	if err != nil {
		return err
	}
	c, err := x.calibrationOn(ctx)
	if err != nil {
		return err
	}
	shown := x.progress()
	c.Progress = func(done, total int) { shown.at("calibration", done, total) }
	ranges, err := c.Ranges(ctx, x.float, names)
	shown.close()
	if err != nil {
		return err
	}
	i := x.result.Int8
	i.Activations, i.WeightBits, i.Images = o.Activations.String(), 8, c.Images
	if o.ReduceRange {
		i.WeightBits = 7
	}
	x.quantised, err = quantize.Quantise(x.float, ranges, o)
	return err
}

// arch is the device's processor.
func (x *int8Export) arch(ctx context.Context) (string, error) {
	if x.device == "local" {
		return runtime.GOARCH, nil
	}
	flags := deviceFlags{device: x.device, wait: devices.UsualWait}
	meter, err := flags.open(ctx, x.app)
	if err != nil {
		return "", err
	}
	defer meter.Close()
	d, _, err := meter.Identity(ctx, latency.Options{})
	return d.Model.Arch, err
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
	set, err := openAs(ctx, x.app, name, p)
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
	quiet := func(int) {}
	float, err := x.start(ctx, x.float, quiet)
	if err != nil {
		return err
	}
	defer float.Close()
	quantised, err := x.start(ctx, x.quantised, quiet)
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
	if x.t.random() {
		return nil
	}
	set, err := openAs(ctx, x.app, x.dataset(), x.t.Preprocessing)
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
	before, err := evaluate(x.float, 0)
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

// time measures both on the device in the same rounds.
func (x *int8Export) time(ctx context.Context, cmd *cobra.Command) error {
	models := make([]latency.Model, 2)
	for i, m := range []*onnx.Model{x.float, x.quantised} {
		data, err := m.Bytes()
		if err != nil {
			return err
		}
		models[i] = latency.Model{Name: []string{"float", "int8"}[i], Bytes: data}
	}
	x.result.Int8.FloatBytes = int64(len(models[0].Bytes))
	b, err := x.bench(ctx, x.app, cmd, models)
	if err != nil {
		return err
	}
	i := x.result.Int8
	i.FloatLatencyUS, i.LatencyUS = b.Results[0].LatencyU, b.Results[1].LatencyU
	i.AgainstFloat, i.Device = b.Results[1].Against, deviceOf(x.device, b.Device)
	stateLatency(&x.md, b, i.LatencyUS)
	return nil
}

// write writes the int8 file, which says how it was made.
func (x *int8Export) write() error {
	i := x.result.Int8
	x.md.Quantization = &onnxexport.Quantization{
		Activations: i.Activations, Method: i.Method, Images: i.Images, ReduceRange: i.WeightBits == 7, Float: x.int8.float,
		Compared: i.Agreement.Images, SameClass: i.Agreement.SameClass, MaxAbsDiff: i.Agreement.MaxAbsDiff, SQNR: i.Agreement.SQNR, FloatWeights: x.md.Weights,
	}
	if i.Calibration != nil {
		x.md.Quantization.Data = *i.Calibration
	}
	if i.FloatTop1 != nil {
		x.md.Quantization.FloatTop1 = *i.FloatTop1
	}
	x.md.Precision, x.md.Weights = onnxexport.Int8Precision, onnxexport.WeightsDigest(x.quantised)
	return onnxexport.Write(x.result.Path, x.quantised, x.md)
}
