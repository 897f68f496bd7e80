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

// VerifyOptions are the options of Verify.
type VerifyOptions struct {
	Place   Place
	Weights string // a file; "": search Root for it
	Data    string // "": what the network was trained on
	Root    string // folder of trainings to search; "": RunsFolder
	Images  int    // to compare on; 0: ParityImages, or the fewest allowed with EngineOnnxGo
}

// VerifyResult is the document of fbnas verify.
type VerifyResult struct {
	Path string  `json:"path"`
	From *string `json:"from"` // the weights that the file was compared with; null for random ones
	Seed *uint64 `json:"seed"` // of random weights
	// SameGraph says whether this version of fbnas would write the same nodes.
	SameGraph bool `json:"same_graph"`
	// Stated is, for an int8 file, the fraction of images on which it agreed with
	// the float model's class when it was written; null for other files.
	Stated  *float64 `json:"stated_same_class_fraction"`
	Seconds float64  `json:"seconds"`
	RanOn
	ParityInfo
}

// check refuses options that exclude each other.
func (o VerifyOptions) check() error {
	if o.Images != 0 && (o.Images < onnxexport.ParityInputs || o.Images > ParityImages) {
		return fault.New(fault.Usage, fmt.Sprintf("Give --images %d to %d.", onnxexport.ParityInputs, ParityImages), "a comparison on %s", text.Plural(o.Images, "image"))
	}
	return o.Place.check()
}

// Verify repeats the comparison of an export: it compares the logits of the file
// at path with those of the engine that trained the network. The result is nil
// where nothing was compared; if the file differs, the result has the figures
// beside the error.
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
	if v.file.Metadata.Weights != onnxexport.WeightsDigest(v.file.Model) {
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

// verification is a file to verify, and the network that it was exported from.
type verification struct {
	VerifyOptions
	env    *Env
	path   string
	file   onnxexport.File
	model  Model
	images [][]float32
}

func (v *verification) result(ctx context.Context) (*VerifyResult, error) {
	r := &VerifyResult{Path: v.path, From: orNull(v.model.Path), Seed: v.file.Metadata.Seed}
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
	if q := v.file.Metadata.Quantization; err == nil && q != nil {
		stated := float64(q.SameClass) / float64(max(1, q.Compared))
		r.Stated, err = &stated, checkAgreement(parity, stated)
	}
	switch {
	case err == nil:
		return r, nil
	case parity.Inputs > 0 && fault.CodeOf(err) == fault.Failure:
		return r, fault.New(fault.Failure, r.hint(), "verify %s: %w", v.path, err)
	}
	return r, fmt.Errorf("verify %s: %w", v.path, err)
}

// compare runs the file and the network that it was exported from.
func (v *verification) compare(ctx context.Context, r *VerifyResult) (onnxexport.Parity, error) {
	n := len(v.images)
	progress := func(done int) { v.env.progress("images", min(done, n), n) }
	file, err := execution{v.Place, v.path, v.file, n, progress}.open(ctx, v.env)
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
	tolerance := v.file.Metadata.Tolerance()
	if v.file.Metadata.Quantization != nil {
		tolerance = math.Inf(1) // agrees decides instead
	}
	return onnxexport.Compare(ctx, tolerance, network.Reference, file.feed.Logits(file), seen)
}

// int8Slack is how much less often than at its export an int8 file may agree with
// the network's class: processors round and saturate differently.
const int8Slack = 0.02

// checkAgreement compares an int8 file's agreement with the one stated at its export,
// since no difference of logits would be wrong as such. On other images the two
// may also differ by chance: by two standard errors.
func checkAgreement(p onnxexport.Parity, stated float64) error {
	now := float64(p.SameClass) / float64(p.Inputs)
	chance := 2 * math.Sqrt(stated*(1-stated)/float64(p.Inputs))
	if now < stated-int8Slack-chance || math.IsNaN(p.MaxAbsDiff) {
		return fault.New(fault.Failure, "", "the int8 file agrees with the network's class on %.3g of the images; when it was written, on %.3g", now, stated)
	}
	return nil
}

// hint says what to do about a file that computes something else.
func (r VerifyResult) hint() string {
	switch {
	case !r.SameGraph:
		return "Its nodes are not those that this version of fbnas exports: if the file was changed, export it again."
	case r.Engine == EngineOnnxGo:
		return "Compare with --engine ort: if that agrees, the lowering or onnx-go is wrong; please report it."
	case r.Device != nil:
		return "Leave out --device to run it here: if that agrees, the device's runtime computes it differently."
	}
	return "The runtime computes it differently: please report its version."
}
