package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"time"

	"github.com/spf13/cobra"

	"fbnas/internal/evenly"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

type verifyOptions struct {
	place
	weights string
	data    string
	root    string
	images  int
}

func verifyVerb(a *app) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify MODEL.onnx",
		Short: "Check that an exported file computes what was trained",
		Long: "Repeat the comparison of an export: run the file and hold its logits against those\n" +
			"of the engine that job.Model, on images of the data. The weights are those of\n" +
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
	o.deviceFlags.add(cmd, "where to run the file, instead of in this process")
	f := cmd.Flags()
	f.StringVar(&o.engine, "engine", engineORT, "what runs the file: ort or onnx-go")
	f.StringVar(&o.weights, "weights", "", "the weights.safetensors of the training (default: looked for in --root)")
	f.StringVar(&o.data, "data", "", "`data` set to compare on (default: what the network was trained on)")
	f.StringVar(&o.root, "root", job.RunsFolder, "`folder` to look for the training in")
	f.IntVar(&o.images, "images", 0, fmt.Sprintf("how many to compare on, %d to %d (default %d, with onnx-go %d)",
		onnxexport.ParityInputs, parityImages, parityImages, onnxexport.ParityInputs))
	cmd.RunE = a.does(func(ctx context.Context, args []string) (result, error) {
		r, err := o.run(ctx, a, args[0])
		if r.Inputs == 0 {
			return nil, err // nothing was compared
		}
		return r, err
	})
	return cmd
}

type verifyResult struct {
	Path string  `json:"path"`
	From *string `json:"from"` // the weights that the file was held against; null for random ones
	Seed *uint64 `json:"seed"` // of random ones
	// SameGraph says that this version of fbnas would write the same nodes.
	SameGraph bool `json:"same_graph"`
	// Stated is, of an int8 file, the fraction of images for which it saw the
	// class that the float model sees when it was written; null of others.
	Stated  *float64 `json:"stated_same_class_fraction"`
	Seconds float64  `json:"seconds"`
	ranOn
	parityInfo
}

// check refuses flags that do not go together.
func (o verifyOptions) check() error {
	if o.images != 0 && (o.images < onnxexport.ParityInputs || o.images > parityImages) {
		return fault.New(fault.Usage, fmt.Sprintf("Give --images %d to %d.", onnxexport.ParityInputs, parityImages), "a comparison on %d images", o.images)
	}
	return o.place.check()
}

func (o verifyOptions) run(ctx context.Context, a *app, path string) (verifyResult, error) {
	r := verifyResult{Path: path}
	began := time.Now()
	if err := o.check(); err != nil {
		return r, err
	}
	m, md, err := exported(path)
	if err != nil {
		return r, err
	}
	if md.Weights != onnxexport.WeightsDigest(m) {
		return r, fault.New(fault.Failure, "Export it again.", "%s was changed: its weights are not those that it was exported with", path)
	}
	t, images, err := o.origin(ctx, a, path, m, md)
	if err != nil {
		return r, err
	}
	r.From, r.Seed = orNull(t.Path), md.Seed
	if r.SameGraph, err = sameGraph(t, m, md); err != nil {
		return r, err
	}
	if o.images == 0 && o.engine == engineOnnxGo {
		o.images = onnxexport.ParityInputs
	}
	images = evenly.Pick(images, cmp.Or(o.images, parityImages))
	parity, err := o.compare(ctx, a, &r, m, md, t, images)
	r.parityInfo = parityOf(parity, cmp.Or(o.data, t.DataPath) != "")
	if q := md.Quantization; err == nil && q != nil {
		stated := float64(q.SameClass) / float64(max(1, q.Compared))
		r.Stated, err = &stated, agrees(parity, stated)
	}
	r.Seconds = time.Since(began).Seconds()
	switch {
	case err == nil:
		return r, nil
	case parity.Inputs > 0 && fault.CodeOf(err) == fault.Failure:
		return r, fault.New(fault.Failure, r.hint(), "verify %s: %w", path, err)
	}
	return r, fmt.Errorf("verify %s: %w", path, err)
}

// compare runs the file and the network that it is from.
func (o verifyOptions) compare(ctx context.Context, a *app, r *verifyResult, m *onnx.Model, md onnxexport.Metadata, t job.Model, images [][]float32) (onnxexport.Parity, error) {
	shown := a.progress()
	defer shown.close()
	file, err := o.start(ctx, a, r.Path, m, md, len(images), func(done int) { shown.at("images", min(done, len(images)), len(images)) })
	if err != nil {
		return onnxexport.Parity{}, err
	}
	defer file.Close()
	r.ranOn = file.on
	proof, err := proofOf(t, images)
	if err != nil {
		return onnxexport.Parity{}, err
	}
	defer proof.close()
	seen := make([][]float32, len(images))
	for i, image := range images {
		seen[i] = file.feed.Seen(image)
	}
	tolerance := md.Tolerance()
	if md.Quantization != nil {
		tolerance = math.Inf(1) // see agrees
	}
	return onnxexport.Compare(ctx, tolerance, proof.Reference, file.feed.Logits(file), seen)
}

// int8Slack is how much less often than when it was written an int8 file may see
// the class that the network sees: processors round and saturate differently.
const int8Slack = 0.02

// agrees holds an int8 file against what was stated when it was written: there
// is no difference of logits that would be wrong. Other images than those may
// differ by chance, too: by two standard errors.
func agrees(p onnxexport.Parity, stated float64) error {
	now := float64(p.SameClass) / float64(p.Inputs)
	chance := 2 * math.Sqrt(stated*(1-stated)/float64(p.Inputs))
	if now < stated-int8Slack-chance || math.IsNaN(p.MaxAbsDiff) {
		return fault.New(fault.Failure, "", "the int8 file sees the class that the network sees for %.3g of the images; when it was written, it was %.3g", now, stated)
	}
	return nil
}

// hint says what to do about a file that computes something else.
func (r verifyResult) hint() string {
	switch {
	case !r.SameGraph:
		return "Its nodes are not those that this version of fbnas exports: if it was changed, export it again."
	case r.Engine == engineOnnxGo:
		return "Compare with --engine ort: if that agrees, the lowering or onnx-go is wrong; please report it."
	case r.Device != nil:
		return "Without --device it runs here: if that agrees, the device's runtime computes it differently."
	}
	return "The runtime computes it differently: please report its version."
}

func (r verifyResult) Text(w io.Writer) error {
	weights := "random"
	switch {
	case r.From != nil:
		weights = *r.From
	case r.Seed != nil:
		weights = fmt.Sprintf("random, drawn again from seed %d", *r.Seed)
	}
	facts := []fact{{"model", r.Path}, {"weights", weights}, {"run by", r.ranOn}, {"parity", r.parityInfo}}
	if r.Stated != nil {
		facts = append(facts, fact{"int8", fmt.Sprintf("same class for %s of the images when it was written", text.Percent(*r.Stated))})
	}
	if !r.SameGraph {
		facts = append(facts, fact{"graph", "not the nodes that this version of fbnas exports"})
	}
	return writeFacts(w, facts...)
}
