package job

import (
	"context"
	"os"

	"fbnas/internal/fault"
	"fbnas/models"
)

// network finds the network to export.
func (x *export) network(ctx context.Context) (Model, error) {
	switch info, err := os.Stat(x.From); {
	case x.Weights != "":
		return x.givenWeights()
	case x.From == "":
		runs, err := finishedTrainings(x.env, x.Root)
		if err != nil {
			return Model{}, err
		}
		if len(runs) == 0 {
			return Model{}, fault.New(fault.Usage, "Train one with `fbnas train`, or say which with --from.", "there is no finished training under %s", x.Root)
		}
		x.env.log().Info("exporting the newest finished training", "run", runs[0])
		return modelOfRun(runs[0])
	case err == nil && info.IsDir():
		return modelOfRun(x.From)
	}
	arch, err := loadArch(x.From)
	if err != nil {
		return Model{}, err
	}
	x.env.log().Warn("no weights are given: the file gets random ones and is only good for timing")
	return x.randomWeights(ctx, arch)
}

// givenWeights is the network of Weights, which must be that of From if both are given.
func (x *export) givenWeights() (Model, error) {
	t, err := modelOfFile(x.Weights)
	if err != nil || x.From == "" {
		return t, err
	}
	arch, err := archOf(x.From)
	if err != nil {
		return Model{}, err
	}
	if arch.Classes = t.Arch.Classes; string(arch.YAML()) != string(t.Arch.YAML()) {
		return Model{}, fault.New(fault.Usage, "Leave out --from: the weights state their architecture.",
			"%s holds the weights of another architecture, %s, than %s", x.Weights, t.Arch.Name, x.From)
	}
	return t, nil
}

// randomWeights is the architecture with random weights, for the data's classes if data
// are given.
func (x *export) randomWeights(ctx context.Context, arch models.Arch) (Model, error) {
	if x.Data == "" {
		return randomModel(arch, x.Seed)
	}
	set, err := openData(ctx, x.env, x.Data, arch.Input)
	if err != nil {
		return Model{}, err
	}
	arch.Classes = len(set.Classes)
	t, err := randomModel(arch, x.Seed)
	t.Classes, t.Preprocessing = set.Classes, set.Preprocessing()
	return t, err
}
