package job

import (
	"context"
	"fmt"
	"path/filepath"

	"fbnas/dataset"
	"fbnas/dataset/picture"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/train"
	"fbnas/weights"
)

// ImportOptions are the options of Import.
type ImportOptions struct {
	Arch   string // a built-in name, an arch.yaml or a search's folder; "": what the file states
	Output string // the weights.safetensors to write
	// Data provides the names of the classes, and test images for the accuracy;
	// "": both stay unknown.
	Data      string
	Normalise string // AsSource, AsData, AsImageNet; "": AsSource where the file states it
	Partial   bool   // draw parameters that the file lacks
	Seed      uint64 // of drawn parameters and of the comparison's random inputs
	From, To  string // the first and last values of the part of an ONNX graph to import; "": all of it
}

// ImportResult is the document of fbnas import: where the weights came from, and
// what is known of them.
type ImportResult struct {
	Path    string   `json:"path"`
	From    string   `json:"from"`
	Format  string   `json:"format"`
	Names   *string  `json:"names"` // the family whose names were translated
	Arch    string   `json:"arch"`
	Tensors int      `json:"tensors"` // taken from the file
	Drawn   []string `json:"drawn"`   // parameters that the file lacks
	Unused  []string `json:"unused"`  // tensors that the network does not have
	Misfits []string `json:"misfits"`
	Note    *string  `json:"note"`
	CountsInfo
	Parity *ParityInfo `json:"parity"` // of the file's graph with the network; null without a graph
	Top1   *float64    `json:"top1"`
	Images int         `json:"test_images"`
}

// CountsInfo is models.Counts in a document.
type CountsInfo struct {
	MACs          int64 `json:"macs"`
	Params        int64 `json:"params"`
	ConvWeights   int64 `json:"conv_weights"`
	FLOPsWithPool int64 `json:"flops_with_pool"`
}

// countsOf adds up the counts of blocks.
func countsOf(blocks ...models.Block) CountsInfo {
	n := models.Count(blocks)
	return CountsInfo{n.MACs, n.Params, n.ConvWeights, n.FLOPsWithPool}
}

// importer is a file of weights on its way to a weights.safetensors.
type importer struct {
	ImportOptions
	env   *Env
	file  *weights.File
	taken weights.Taken
	model Model
	set   *dataset.Set // nil: no data given
}

// Import writes a weights.safetensors from the file, or the training's folder, at
// path.
func Import(ctx context.Context, env *Env, path string, o ImportOptions) (*ImportResult, error) {
	if o.Output == "" {
		return nil, fault.New(fault.Usage, "Give -o W.safetensors.", "no file to write is given")
	}
	if err := CheckOutputs(o.Output); err != nil {
		return nil, err
	}
	if err := KeepInputs(o.Output, path, filepath.Join(path, WeightsName), o.Arch); err != nil {
		return nil, err
	}
	f, err := openInitial(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Between(o.From, o.To); err != nil {
		return nil, err
	}
	x := importer{ImportOptions: o, env: env, file: f}
	if err := x.match(); err != nil {
		return nil, err
	}
	if err := x.describe(ctx); err != nil {
		return nil, err
	}
	l := x.taken.Loaded
	r := &ImportResult{
		Path: o.Output, From: path, Format: string(f.Format), Names: orNull(l.Names), Note: orNull(l.Note), Arch: x.model.Arch.Name,
		Tensors: len(l.Values), Drawn: x.taken.Drawn, Unused: l.Unused, Misfits: l.Misfits, CountsInfo: countsOf(x.model.Blocks...),
	}
	if f.Format == weights.ONNX && len(r.Drawn) == 0 {
		if r.Parity, err = x.compareGraph(ctx); err != nil {
			return nil, err
		}
	}
	if x.set != nil && len(r.Drawn) == 0 {
		if err := x.evaluate(ctx); err != nil {
			return nil, err
		}
		top1 := x.model.Test.Top1()
		r.Top1, r.Images = &top1, x.model.Test.Images
	}
	return r, x.model.Write(o.Output)
}

// match matches the file with the architecture of the options or of the file.
func (x *importer) match() error {
	arch, err := x.arch()
	if err != nil {
		return err
	}
	if x.taken, err = x.file.Take(arch, x.Partial, x.Seed); err != nil {
		return err
	}
	x.model = Model{Network: x.taken.Network, Path: x.file.Path}
	x.model.Blocks, err = x.model.Arch.Resolve()
	return err
}

// arch is the architecture of the options, or the one that the file states.
func (x *importer) arch() (models.Arch, error) {
	if x.Arch != "" {
		return archOf(x.Arch)
	}
	if x.file.Arch == nil {
		return models.Arch{}, fault.New(fault.Usage, "Give --arch with the architecture of the weights; `fbnas models list` shows those that are built in.",
			"%s does not state its architecture", x.file.Path)
	}
	return *x.file.Arch, nil
}

// describe adds what the file, the flags and the data say of images and classes;
// it opens the data if any are given.
func (x *importer) describe(ctx context.Context) error {
	f, t := x.file, &x.model
	in := t.Arch.Input
	t.Classes = f.Classes
	if x.Normalise == AsData && x.Data == "" {
		return fault.New(fault.Usage, "Give --data DATA.", "--normalise data: no data set is given")
	}
	if x.Data == "" && x.Normalise == "" && f.Preprocessing == nil {
		return nil // nothing is known of the images
	}
	mean, std, err := normalisation(x.env, x.Normalise, f, in.Channels)
	if err != nil {
		return err
	}
	if mean != nil {
		t.Preprocessing = dataset.Preprocessing{Shape: in, Mean: mean, Std: std,
			Pictures: picture.Definition}
	}
	if x.Data == "" {
		return nil
	}
	p := t.Preprocessing
	p.Shape = in
	if x.set, err = openAs(ctx, x.env, x.Data, p); err != nil {
		return err
	}
	if err := t.NameClasses(x.set, x.Data); err != nil {
		return err
	}
	t.Preprocessing = x.set.Preprocessing()
	checkSource(x.env, t.Source(f.Path), x.set, x.set.Test)
	return nil
}

// compareGraph runs the file's graph and the network on the same images: the data's,
// or noise.
func (x *importer) compareGraph(ctx context.Context) (*ParityInfo, error) {
	f, t, real := x.file, x.model, x.set != nil
	if h, w := f.Size(); h > 0 && w > 0 && (h != t.Arch.Input.Height || w != t.Arch.Input.Width) {
		// Weights do not depend on the size of images: the network is built for
		// the size that the file's graph has.
		t.Arch.Input.Height, t.Arch.Input.Width = h, w
		var err error
		if t.Blocks, err = t.Arch.Resolve(); err != nil {
			return nil, err
		}
		real = false
	}
	images := noiseFor(t, x.Seed)
	if real {
		var err error
		if images, err = imagesOf(x.set); err != nil {
			return nil, err
		}
	}
	network, err := referenceOf(t, images)
	if err != nil {
		return nil, err
	}
	defer network.close()
	m, err := f.Graph(t.Blocks)
	if err != nil {
		return nil, err
	}
	file, err := onnxexport.FileOf(m)
	if err != nil {
		return nil, err
	}
	parity, err := file.Verify(ctx, network.Proof)
	switch {
	case err != nil && parity.Inputs > 0:
		return nil, fault.New(fault.Failure, "The graph looks like the architecture but computes something else: give its true architecture, or report both.",
			"import %s: %w", f.Path, err)
	case err != nil:
		return nil, fmt.Errorf("import %s: run its graph: %w", f.Path, err)
	}
	info := parityOf(parity, real)
	return &info, nil
}

// evaluate measures the accuracy on the test images.
func (x *importer) evaluate(ctx context.Context) error {
	e, err := openEngine(ort.Options{})
	if err != nil {
		return err
	}
	v, err := train.NewEvaluator(e, x.model.Arch, x.model.Values, evalBatch)
	if err != nil {
		return err
	}
	defer v.Close()
	x.model.Test, err = train.Evaluate(ctx, v, x.set.Test, evalBatch, nil)
	return err
}
