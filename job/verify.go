package job

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"time"

	"fbnas/internal/evenly"
	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/onnxexport"
)

// VerifyOptions are those of Verify.
type VerifyOptions struct {
	Place   Place
	Weights string // a file; "": looked for in Root
	Data    string // "": what the network was trained on
	Root    string // folder to look for the training in; "": RunsFolder
	Images  int    // to compare on; 0: ParityImages, and as many as are needed with EngineOnnxGo
}

// VerifyResult is the document of fbnas verify.
type VerifyResult struct {
	Path string  `json:"path"`
	From *string `json:"from"` // the weights that the file was held against; null for random ones
	Seed *uint64 `json:"seed"` // of random ones
	// SameGraph says that this version of fbnas would write the same nodes.
	SameGraph bool `json:"same_graph"`
	// Stated is, of an int8 file, the fraction of images for which it saw the
	// class that the float model sees when it was written; null of others.
	Stated  *float64 `json:"stated_same_class_fraction"`
	Seconds float64  `json:"seconds"`
	RanOn
	ParityInfo
}

// check refuses options that do not go together.
func (o VerifyOptions) check() error {
	if o.Images != 0 && (o.Images < onnxexport.ParityInputs || o.Images > ParityImages) {
		return fault.New(fault.Usage, fmt.Sprintf("Give --images %d to %d.", onnxexport.ParityInputs, ParityImages), "a comparison on %s", text.Plural(o.Images, "image"))
	}
	return o.Place.check()
}

// Verify repeats the comparison of an export: it holds the logits of the file at
// path against those of the engine that trained the network. The result is nil
// where nothing was compared; a file that differs has its figures beside the error.
func Verify(ctx context.Context, env *Env, path string, o VerifyOptions) (*VerifyResult, error) {
	began := time.Now()
	if err := o.check(); err != nil {
		return nil, err
	}
	o.Root = cmp.Or(o.Root, RunsFolder)
	v := verification{VerifyOptions: o, env: env, path: path}
	var err error
	if v.file, err = ReadExported(path); err != nil {
		return nil, err
	}
	if v.file.Says.Weights != onnxexport.WeightsDigest(v.file.Model) {
		return nil, fault.New(fault.Failure, "Export it again.", "%s was changed: its weights are not those that it was exported with", path)
	}
	if err := v.source(ctx); err != nil {
		return nil, err
	}
	r, err := v.result(ctx)
	if r.Seconds = time.Since(began).Seconds(); r.Inputs == 0 {
		return nil, err // nothing was compared
	}
	return r, err
}

// verification is a file that is verified, and the network that it is from.
type verification struct {
	VerifyOptions
	env    *Env
	path   string
	file   onnxexport.File
	model  Model
	images [][]float32
}

func (v *verification) result(ctx context.Context) (*VerifyResult, error) {
	r := &VerifyResult{Path: v.path, From: orNull(v.model.Path), Seed: v.file.Says.Seed}
	var err error
	if r.SameGraph, err = v.sameGraph(); err != nil {
		return r, err
	}
	most := cmp.Or(v.Images, ParityImages)
	if v.Images == 0 && v.Place.Engine == EngineOnnxGo {
		most = onnxexport.ParityInputs
	}
	v.images = evenly.Pick(v.images, most)
	parity, err := v.compare(ctx, r)
	r.ParityInfo = parityOf(parity, cmp.Or(v.Data, v.model.DataPath) != "")
	if q := v.file.Says.Quantization; err == nil && q != nil {
		stated := float64(q.SameClass) / float64(max(1, q.Compared))
		r.Stated, err = &stated, agrees(parity, stated)
	}
	switch {
	case err == nil:
		return r, nil
	case parity.Inputs > 0 && fault.CodeOf(err) == fault.Failure:
		return r, fault.New(fault.Failure, r.hint(), "verify %s: %w", v.path, err)
	}
	return r, fmt.Errorf("verify %s: %w", v.path, err)
}

// compare runs the file and the network that it is from.
func (v *verification) compare(ctx context.Context, r *VerifyResult) (onnxexport.Parity, error) {
	n := len(v.images)
	told := func(done int) { v.env.at("images", min(done, n), n) }
	file, err := execution{v.Place, v.path, v.file, n, told}.open(ctx, v.env)
	if err != nil {
		return onnxexport.Parity{}, err
	}
	defer file.Close()
	r.RanOn = file.on
	network, err := referenceOf(v.model, v.images)
	if err != nil {
		return onnxexport.Parity{}, err
	}
	defer network.close()
	seen := make([][]float32, n)
	for i, image := range v.images {
		seen[i] = file.feed.Seen(image)
	}
	tolerance := v.file.Says.Tolerance()
	if v.file.Says.Quantization != nil {
		tolerance = math.Inf(1) // see agrees
	}
	return onnxexport.Compare(ctx, tolerance, network.Reference, file.feed.Logits(file), seen)
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
func (r VerifyResult) hint() string {
	switch {
	case !r.SameGraph:
		return "Its nodes are not those that this version of fbnas exports: if it was changed, export it again."
	case r.Engine == EngineOnnxGo:
		return "Compare with --engine ort: if that agrees, the lowering or onnx-go is wrong; please report it."
	case r.Device != nil:
		return "Without --device it runs here: if that agrees, the device's runtime computes it differently."
	}
	return "The runtime computes it differently: please report its version."
}
