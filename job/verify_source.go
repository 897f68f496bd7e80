package job

import (
	"cmp"
	"context"
	"errors"

	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// source finds the network that the file was exported from, which is the one
// whose export has the same weights, and the images to compare on.
func (v *verification) source(ctx context.Context) error {
	if v.file.Metadata.Seed != nil && v.Weights == "" {
		return v.redraw(ctx)
	}
	find := v.findTraining
	if v.Weights != "" {
		find = v.givenWeights
	}
	var err error
	if v.model, err = find(); err != nil {
		return err
	}
	v.images, err = comparisonImages(ctx, v.env, &v.model, cmp.Or(v.Data, v.model.DataPath))
	return err
}

// redraw draws the network of a file with random weights again.
func (v *verification) redraw(ctx context.Context) error {
	says := v.file.Metadata
	arch, err := StatedArch(v.path, says)
	if err != nil {
		return err
	}
	if v.model, err = randomModel(arch, *says.Seed); err != nil {
		return err
	}
	if v.model.Classes = says.Classes; says.Classes != nil {
		if v.Data == "" {
			return fault.New(fault.Usage, "Give --data DATA, what it was exported with.", "%s has random weights that were fitted to data", v.path)
		}
		if says.Preprocessing == nil {
			return fault.New(fault.Failure, "Export it again.", "%s was changed: it names classes but not how images are prepared", v.path)
		}
		v.model.Preprocessing = *says.Preprocessing
	}
	v.images, err = comparisonImages(ctx, v.env, &v.model, v.Data)
	if err == nil {
		err = normaliseDrawn(ctx, v.model, v.images)
	}
	if err != nil {
		return err
	}
	if same, err := v.isFrom(v.model); err != nil || !same {
		return errors.Join(err, fault.New(fault.Failure, "Random weights are only reproduced by the same version, on a machine like the one that drew them, and with the same --data.",
			"seed %d does not give the weights of %s", *says.Seed, v.path))
	}
	return nil
}

// givenWeights is the network of Weights.
func (v *verification) givenWeights() (Model, error) {
	t, err := modelOfFile(v.Weights)
	if err != nil {
		return t, err
	}
	if same, err := v.isFrom(t); err != nil || !same {
		return t, errors.Join(err, fault.New(fault.Failure, "Give the weights that it was exported from.",
			"%s was not exported from %s: the weights differ", v.path, v.Weights))
	}
	return t, nil
}

// findTraining is the network of a finished training.
func (v *verification) findTraining() (Model, error) {
	runs, err := finishedTrainings(v.env, v.Root)
	if err != nil {
		return Model{}, err
	}
	for _, run := range runs {
		t, err := modelOfRun(run)
		if err != nil {
			v.env.log().Warn("a training cannot be read", "run", run, "error", err)
			continue
		}
		same, err := v.isFrom(t)
		if err != nil {
			v.env.log().Warn("a training cannot be compared", "run", run, "error", err)
		}
		if same {
			return t, nil
		}
	}
	return Model{}, fault.New(fault.Usage, "Give --weights W.safetensors, or --root where the training's folder is.",
		"none of the %d finished trainings under %s has the weights of %s", len(runs), v.Root, v.path)
}

// exportAgain builds a network's float file in the form of this one.
func (v *verification) exportAgain(t Model) (*onnx.Model, error) {
	form, err := onnxexport.FormOf(v.file.Model, v.file.Metadata)
	if err != nil {
		return nil, err
	}
	stated := onnxexport.Metadata{Preprocessing: v.file.Metadata.Preprocessing}
	f, err := onnxexport.Build(onnxexport.Spec{Name: t.Arch.Name, Blocks: t.Blocks, Weights: t.Values, Form: form, Metadata: stated})
	return f.Model, err
}

// isFrom reports whether a network's export has the weights that the file states.
func (v *verification) isFrom(t Model) (bool, error) {
	if string(t.Arch.YAML()) != v.file.Metadata.Architecture {
		return false, nil
	}
	again, err := v.exportAgain(t)
	if err != nil {
		return false, err
	}
	stated := v.file.Metadata.Weights
	if q := v.file.Metadata.Quantization; q != nil {
		stated = q.FloatWeights
	}
	return onnxexport.WeightsDigest(again) == stated, nil
}

// sameGraph reports whether the network's export has the file's nodes. Those of
// an int8 file depend on its calibration, so only its weights can be compared.
func (v *verification) sameGraph() (bool, error) {
	if v.file.Metadata.Quantization != nil {
		return true, nil
	}
	again, err := v.exportAgain(v.model)
	if err != nil {
		return false, err
	}
	want, err := onnxexport.StructureDigest(again)
	if err != nil {
		return false, err
	}
	got, err := onnxexport.StructureDigest(v.file.Model)
	return got == want, err
}
