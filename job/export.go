package job

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"fbnas/card"
	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/profile"
)

// ExportOptions are the options of Export.
type ExportOptions struct {
	// From is a training's folder, an arch.yaml or a built-in network; "": the
	// newest finished training under Root.
	From    string
	Weights string // a weights.safetensors, instead of a run's own; "": none
	Data    string // to compare on; "": what the network was trained on
	Table   string // to predict the latency; "": none
	Root    string // folder to look for trainings in; "": RunsFolder
	Device  string // to time the file on; "": do not time it, or, with Int8, local
	Licence string // of the weights, for the model card; "": not stated
	Seed    uint64 // of random weights and of random inputs for the comparison
	Form    onnxexport.Form
	Int8    *Int8Options // nil: a float file
}

// export is a network on its way to a file.
type export struct {
	ExportOptions
	env      *Env
	model    Model
	images   [][]float32   // for comparing the file with the training engine
	foundBy  *originSearch // nil: no search is known
	table    *lut.Table    // to predict the latency; nil: none
	estimate *lut.Estimate // of its latency; nil: none
	file     onnxexport.File
	result   *ExportResult
}

// Export runs a network's ONNX file, compares it with the engine that trained the
// network, and writes it to path. The result is nil where nothing was compared; a
// file that differs is not written, and the result has its figures beside the
// error.
func Export(ctx context.Context, env *Env, path string, o ExportOptions) (*ExportResult, error) {
	began := time.Now()
	if err := o.check(path); err != nil {
		return nil, err
	}
	o.Root = cmp.Or(o.Root, RunsFolder)
	x := export{ExportOptions: o, env: env, result: &ExportResult{Path: path}}
	if err := x.build(ctx); err != nil {
		return nil, err
	}
	write := x.float
	if o.Int8 != nil {
		write = x.int8
	}
	err := write(ctx)
	if err == nil {
		err = x.describe()
	}
	if x.result.Inputs == 0 {
		return nil, err // nothing was compared
	}
	x.result.Seconds = time.Since(began).Seconds()
	return x.result, err
}

// check refuses options that this version does not support.
func (o ExportOptions) check(path string) error {
	if !onnx.HasExtension(path) {
		return fault.New(fault.Usage, "Give the path of the file to write, such as model.onnx.", "%s does not end in .onnx", path)
	}
	if o.Int8 != nil {
		if err := o.Int8.check(o.Form); err != nil {
			return err
		}
	}
	if err := CheckOutputs(path, onnxexport.LabelsPath(path), card.Path(path)); err != nil {
		return err
	}
	return card.Check(card.Path(path))
}

// build finds the network and the images to compare on, and builds the float
// file.
func (x *export) build(ctx context.Context) error {
	var err error
	if x.model, err = x.network(ctx); err != nil {
		return err
	}
	if x.Table != "" {
		if x.table, err = lut.Load(x.Table); err != nil {
			return err
		}
	}
	if x.images, err = comparisonImages(ctx, x.env, &x.model, x.dataset()); err != nil {
		return err
	}
	if x.model.Random() {
		if err := normaliseDrawn(ctx, x.model, x.images); err != nil {
			return err
		}
	}
	x.foundBy = searchOf(x.env, x.model, x.Root)
	if f := x.foundBy; f != nil && f.precision() != x.precision() {
		x.env.log().Warn(fmt.Sprintf("the search that found this network aimed at the latency of %s files, and this one is %s", f.precision(), x.precision()))
	}
	spec, err := x.spec()
	if err != nil {
		return err
	}
	x.file, err = onnxexport.Build(spec)
	return err
}

// dataset is the data that the file is compared on; "" where none is known.
func (x *export) dataset() string { return cmp.Or(x.Data, x.model.DataPath) }

// float times the file if asked to, proves it and writes it.
func (x *export) float(ctx context.Context) error {
	if x.Device != "" {
		b, err := x.bench(ctx, x.file)
		if err != nil {
			return err
		}
		x.file.Metadata.Latency = measured(x.file.Metadata.Latency, b, b.Results[0].LatencyUS)
	}
	network, err := referenceOf(x.model, x.images)
	if err != nil {
		return err
	}
	defer network.close()
	parity, err := x.file.Publish(ctx, x.result.Path, network.Proof)
	x.result.ParityInfo = parityOf(parity, x.dataset() != "")
	return err
}

// spec is the network with the metadata of its file.
func (x *export) spec() (onnxexport.Spec, error) {
	t := &x.model
	md := onnxexport.Metadata{Tool: x.env.Tool, Architecture: string(t.Arch.YAML()), Classes: t.Classes, Data: t.Data}
	switch {
	case t.Preprocessing.Channels > 0:
		md.Preprocessing = &t.Preprocessing
	case x.Form.Input == onnxexport.PixelsNHWC:
		md.Preprocessing = randomPreprocessing(t.Arch.Input)
	}
	if t.Random() {
		md.Seed = &t.Seed
	}
	if t.Test.Images > 0 {
		md.Accuracy = &onnxexport.Accuracy{Top1: t.Test.Top1(), Images: t.Test.Images, Data: t.DataName()}
	}
	var err error
	md.Latency, err = x.predicted()
	return onnxexport.Spec{Name: t.Arch.Name, Blocks: t.Blocks, Weights: t.Values, Form: x.Form, Metadata: md}, err
}

// randomPreprocessing is a preprocessing for random weights without data.
func randomPreprocessing(in models.Input) *dataset.Preprocessing {
	p := dataset.Preprocessing{Shape: in}
	for range in.Channels {
		p.Mean, p.Std = append(p.Mean, 0.5), append(p.Std, 0.25)
	}
	return &p
}

// precision is the number format in which the file computes.
func (x *export) precision() string {
	if x.Int8 != nil {
		return latency.Int8
	}
	return latency.FP32
}

// predicted is the table's prediction for the network, or else that of the search
// that found it.
func (x *export) predicted() (*onnxexport.Latency, error) {
	if x.table == nil {
		if x.foundBy == nil || x.foundBy.precision() != x.precision() {
			return nil, nil
		}
		x.estimate = &x.foundBy.found.Estimate
		return stated(onnxexport.Latency{Table: x.foundBy.config.TableDigest}, *x.estimate), nil
	}
	t, blocks := x.table, x.model.Blocks
	if err := t.CheckPrecision(x.precision()); err != nil {
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
		return nil, fmt.Errorf("predict the latency by %s: %w", x.Table, err)
	}
	x.estimate = &e
	return stated(onnxexport.Latency{Device: t.Header.Device.Model.SoC, Runtime: t.Header.Condition.Runtime, Table: t.Digest}, e), nil
}

// warnOfCard warns of a model card that describes an earlier file of the same
// name.
func (x *export) warnOfCard() {
	there := card.Path(x.result.Path)
	if _, err := os.Stat(there); err == nil {
		x.env.log().Warn("the model card beside it is of an earlier file", "card", there)
	}
}
