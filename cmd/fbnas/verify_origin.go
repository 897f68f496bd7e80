package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/job"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// origin finds the network that a file was exported from, the one whose export
// has the same weights, and the images to compare on.
func (o verifyOptions) origin(ctx context.Context, a *app, path string, m *onnx.Model, md onnxexport.Metadata) (job.Model, [][]float32, error) {
	if md.Seed != nil && o.weights == "" {
		return o.drawnAgain(ctx, a, path, m, md)
	}
	find := o.found
	if o.weights != "" {
		find = o.given
	}
	t, err := find(a, path, m, md)
	if err != nil {
		return t, nil, err
	}
	images, err := comparison(ctx, a, &t, cmp.Or(o.data, t.DataPath))
	return t, images, err
}

// drawnAgain is the network of a file with random weights.
func (o verifyOptions) drawnAgain(ctx context.Context, a *app, path string, m *onnx.Model, md onnxexport.Metadata) (job.Model, [][]float32, error) {
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return job.Model{}, nil, fmt.Errorf("architecture in %s: %w", path, err)
	}
	t, err := job.RandomModel(arch, *md.Seed)
	if err != nil {
		return t, nil, err
	}
	if t.Classes = md.Classes; t.Classes != nil {
		if o.data == "" {
			return t, nil, fault.New(fault.Usage, "Give --data DATA, what it was exported with.", "%s has random weights that were fitted to data", path)
		}
		if md.Preprocessing == nil {
			return t, nil, fault.New(fault.Failure, "Export it again.", "%s was changed: it names classes, and not how images are prepared", path)
		}
		t.Preprocessing = *md.Preprocessing
	}
	images, err := comparison(ctx, a, &t, o.data)
	if err == nil {
		err = normalise(ctx, t, images)
	}
	if err != nil {
		return t, nil, err
	}
	if same, err := exportsTo(t, m, md); err != nil || !same {
		return t, nil, errors.Join(err, fault.New(fault.Failure, "Random weights come out the same by the same version on a machine like the one that drew them, and on the same --data.",
			"seed %d gives other weights than those of %s", *md.Seed, path))
	}
	return t, images, nil
}

// given is the network of --weights.
func (o verifyOptions) given(_ *app, path string, m *onnx.Model, md onnxexport.Metadata) (job.Model, error) {
	t, err := job.ModelOfFile(o.weights)
	if err != nil {
		return t, err
	}
	if same, err := exportsTo(t, m, md); err != nil || !same {
		return t, errors.Join(err, fault.New(fault.Failure, "Give the weights that it was exported from.",
			"%s was not exported from %s: the weights differ", path, o.weights))
	}
	return t, nil
}

// found is that of a finished training.
func (o verifyOptions) found(a *app, path string, m *onnx.Model, md onnxexport.Metadata) (job.Model, error) {
	runs, err := job.FinishedTrainings(a.env, o.root)
	if err != nil {
		return job.Model{}, err
	}
	for _, run := range runs {
		t, err := job.ModelOfRun(run)
		if err != nil {
			a.log.Warn("a training cannot be read", "run", run, "error", err)
			continue
		}
		same, err := exportsTo(t, m, md)
		if err != nil {
			a.log.Warn("a training cannot be compared", "run", run, "error", err)
		}
		if same {
			return t, nil
		}
	}
	return job.Model{}, fault.New(fault.Usage, "Give --weights W.safetensors, or --root where the training's folder is.",
		"none of the %d finished trainings under %s has the weights of %s", len(runs), o.root, path)
}

// exportAgain writes a network as the file was written, in float.
func exportAgain(t job.Model, m *onnx.Model, md onnxexport.Metadata) (*onnx.Model, error) {
	form, err := onnxexport.FormOf(m, md)
	if err != nil {
		return nil, err
	}
	stated := onnxexport.Metadata{Preprocessing: md.Preprocessing}
	return onnxexport.Export(onnxexport.Spec{Name: t.Arch.Name, Blocks: t.Blocks, Weights: t.Values, Form: form, Metadata: stated})
}

// exportsTo reports whether a network's export has the weights that a file's
// metadata state.
func exportsTo(t job.Model, m *onnx.Model, md onnxexport.Metadata) (bool, error) {
	if string(t.Arch.YAML()) != md.Architecture {
		return false, nil
	}
	again, err := exportAgain(t, m, md)
	if err != nil {
		return false, err
	}
	stated := md.Weights
	if md.Quantization != nil {
		stated = md.Quantization.FloatWeights
	}
	return onnxexport.WeightsDigest(again) == stated, nil
}

// sameGraph reports whether the network's export has the file's nodes. Those of
// an int8 file depend on its calibration: it is only known that weights agree.
func sameGraph(t job.Model, m *onnx.Model, md onnxexport.Metadata) (bool, error) {
	if md.Quantization != nil {
		return true, nil
	}
	again, err := exportAgain(t, m, md)
	if err != nil {
		return false, err
	}
	want, err := onnxexport.StructureDigest(again)
	if err != nil {
		return false, err
	}
	got, err := onnxexport.StructureDigest(m)
	return got == want, err
}
