package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"

	"github.com/spf13/cobra"

	"fbnas/dataset"
	"fbnas/dataset/picture"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/train"
	"fbnas/weights"
)

type importOptions struct {
	arch      string
	out       string
	data      string
	normalise string
	partial   bool
	seed      uint64
	input     string
	output    string
}

func importVerb(a *app) *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE -o W.safetensors",
		Short: "Take over the weights of a network from another file",
		Long: "Write the weights.safetensors of a network whose weights are in FILE: an ONNX file,\n" +
			"a safetensors file, a state dict that torch.save wrote, or a training's folder. Of an\n" +
			"ONNX file, the graph is compared with the architecture and then run beside it; of the\n" +
			"others, the names of the tensors are looked up (docs/weights.md). FILE has to fit the\n" +
			"architecture to the last tensor, unless --partial is given. Of a graph that prepares\n" +
			"images or goes on behind the logits, --inputs and --outputs name the part.",
		Example: "  fbnas import model.onnx -o weights.safetensors\n" +
			"  fbnas import theirs.onnx --arch arch.yaml --data photos/ --normalise imagenet -o weights.safetensors\n" +
			"  fbnas import fbnetv2_f1.pth --arch fbnetv2_f1 --normalise imagenet -o weights.safetensors\n" +
			"  fbnas export model.onnx --weights weights.safetensors --data photos/",
		Args: cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			return o.run(ctx, a, args[0])
		}),
	}
	f := cmd.Flags()
	f.StringVar(&o.arch, "arch", "", "the `network` that the weights are of: a built-in name, an arch.yaml or a run's folder (default: what FILE states)")
	f.StringVarP(&o.out, "output", "o", "", "the weights.safetensors `file` to write")
	f.StringVar(&o.data, "data", "", "`data` set that gives the names of the classes, and whose test images give the accuracy")
	f.StringVar(&o.normalise, "normalise", "", "how the weights want pixels: source (as FILE states), imagenet, or data (by the data's own mean and deviation); default: source where FILE states it")
	f.StringVar(&o.input, "inputs", "", "read the graph of an ONNX file from this `value` on: the image, behind nodes that prepare it")
	f.StringVar(&o.output, "outputs", "", "read it up to this `value`: the logits, before a softmax")
	f.BoolVar(&o.partial, "partial", false, "draw the parameters that FILE has nothing for, and leave out what the network has no place for")
	f.Uint64Var(&o.seed, "seed", 1, "of parameters that are drawn, and of the inputs of the comparison")
	return cmd
}

func (o importOptions) run(ctx context.Context, a *app, path string) (result, error) {
	if o.out == "" {
		return nil, fault.New(fault.Usage, "Give -o W.safetensors.", "no file to write is given")
	}
	if err := job.CheckOutputs(o.out); err != nil {
		return nil, err
	}
	if err := job.KeepInputs(o.out, path, filepath.Join(path, job.WeightsName), o.arch); err != nil {
		return nil, err
	}
	f, err := job.OpenInitial(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := f.Between(o.input, o.output); err != nil {
		return nil, err
	}
	arch, err := o.network(f)
	if err != nil {
		return nil, err
	}
	t, l, drawn, err := o.taken(f, arch)
	if err != nil {
		return nil, err
	}
	set, err := o.describe(ctx, a, f, &t)
	if err != nil {
		return nil, err
	}
	r := importResult{
		Path: o.out, From: path, Format: string(f.Format), Names: orNull(l.Names), Note: orNull(l.Note), Arch: t.Arch.Name,
		Tensors: len(l.Values), Drawn: drawn, Unused: l.Unused, Misfits: l.Misfits, counts: countsOf(t.Blocks...),
	}
	if f.Format == weights.ONNX && len(r.Drawn) == 0 {
		parity, err := o.compared(ctx, f, t, set)
		if err != nil {
			return nil, err
		}
		r.Parity = &parity
	}
	if set != nil && len(r.Drawn) == 0 {
		if err := o.evaluate(ctx, &t, set); err != nil {
			return nil, err
		}
		top1 := t.Test.Top1()
		r.Top1, r.Images = &top1, t.Test.Images
	}
	return r, t.Write(o.out)
}

// network is the architecture of --arch, or what the file states.
func (o importOptions) network(f *weights.File) (models.Arch, error) {
	if o.arch != "" {
		return job.ArchOf(o.arch)
	}
	if f.Arch == nil {
		return models.Arch{}, fault.New(fault.Usage, "Give --arch with the architecture that the weights are of; `fbnas models list` has those that are built in.",
			"%s does not state its architecture", f.Path)
	}
	return *f.Arch, nil
}

// taken matches the file with the architecture, whose number of classes is the
// file's. With --partial, what the file has nothing for is drawn.
func (o importOptions) taken(f *weights.File, arch models.Arch) (t job.Model, l weights.Loaded, drawn []string, err error) {
	t.Path, t.Arch = f.Path, arch
	l, err = o.matched(f, &t)
	if err == nil && l.FileClasses > 0 {
		t.Arch.Classes = l.FileClasses
		l, err = o.matched(f, &t)
	}
	if err != nil {
		return t, l, nil, err
	}
	if err := l.Whole(); err != nil && !o.partial {
		return t, l, nil, fault.New(fault.CodeOf(err), "Give the architecture that the weights are of with --arch, or --partial to take what fits.", "%w", err)
	}
	t.Values = maps.Clone(l.Values)
	for _, p := range models.Params(t.Blocks) {
		if _, ok := t.Values[p.Name]; !ok {
			t.Values[p.Name] = train.InitialValues(p, o.seed)
			drawn = append(drawn, p.Name)
		}
	}
	if drawn == nil {
		t.Test, t.Data = f.Test, f.Data
	}
	return t, l, drawn, nil
}

func (o importOptions) matched(f *weights.File, t *job.Model) (weights.Loaded, error) {
	var err error
	if t.Blocks, err = t.Arch.Resolve(); err != nil {
		return weights.Loaded{}, err
	}
	return f.Match(t.Blocks)
}

// describe adds what the file, the flags and the data say of images and
// classes; it opens the data where some is given.
func (o importOptions) describe(ctx context.Context, a *app, f *weights.File, t *job.Model) (*dataset.Set, error) {
	in := t.Arch.Input
	t.Classes = f.Classes
	if o.normalise == job.AsData && o.data == "" {
		return nil, fault.New(fault.Usage, "Give --data DATA.", "--normalise data: it is not known what data")
	}
	if o.data == "" && o.normalise == "" && f.Preprocessing == nil {
		return nil, nil // nothing is said of images
	}
	mean, std, err := job.Normalisation(a.env, o.normalise, f, in.Channels)
	if err != nil {
		return nil, err
	}
	if mean != nil {
		t.Preprocessing = dataset.Preprocessing{Height: in.Height, Width: in.Width, Channels: in.Channels, Mean: mean, Std: std,
			Pictures: picture.Definition}
	}
	if o.data == "" {
		return nil, nil
	}
	p := t.Preprocessing
	p.Height, p.Width, p.Channels = in.Height, in.Width, in.Channels
	set, err := job.OpenAs(ctx, a.env, o.data, p)
	if err != nil {
		return nil, err
	}
	if err := t.NameClasses(set, o.data); err != nil {
		return nil, err
	}
	t.Preprocessing = set.Preprocessing()
	job.CheckSource(a.env, t.Source(f.Path), set, set.Test)
	return set, nil
}

// compared runs the file's graph and the network on the same images, the
// data's or noise.
func (o importOptions) compared(ctx context.Context, f *weights.File, t job.Model, set *dataset.Set) (parityInfo, error) {
	real := set != nil
	if h, w := f.Size(); h > 0 && w > 0 && (h != t.Arch.Input.Height || w != t.Arch.Input.Width) {
		// Weights do not depend on the size: the graph is run as it stands in the
		// file, and the network beside it at that size.
		t.Arch.Input.Height, t.Arch.Input.Width = h, w
		var err error
		if t.Blocks, err = t.Arch.Resolve(); err != nil {
			return parityInfo{}, err
		}
		real = false
	}
	images := noiseFor(t, o.seed)
	if real {
		var err error
		if images, err = imagesOf(set); err != nil {
			return parityInfo{}, err
		}
	}
	proof, err := proofOf(t, images)
	if err != nil {
		return parityInfo{}, err
	}
	defer proof.close()
	m, err := f.Graph(t.Blocks)
	if err != nil {
		return parityInfo{}, err
	}
	file, err := onnxexport.FileOf(m)
	if err != nil {
		return parityInfo{}, err
	}
	parity, err := file.Verify(ctx, proof.Proof)
	switch {
	case err != nil && parity.Inputs > 0:
		return parityInfo{}, fault.New(fault.Failure, "The graph looks like the architecture and computes something else: give the architecture that it is of, or report both.",
			"import %s: %w", f.Path, err)
	case err != nil:
		return parityInfo{}, fmt.Errorf("import %s: run its graph: %w", f.Path, err)
	}
	return parityOf(parity, real), nil
}

// evaluate measures the accuracy on the test images.
func (o importOptions) evaluate(ctx context.Context, t *job.Model, set *dataset.Set) error {
	e, err := job.OpenEngine(ort.Options{})
	if err != nil {
		return err
	}
	v, err := train.NewEvaluator(e, t.Arch, t.Values, evalBatch)
	if err != nil {
		return err
	}
	defer v.Close()
	t.Test, err = train.Evaluate(ctx, v, set.Test, evalBatch, nil)
	return err
}
