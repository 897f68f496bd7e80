package job

import (
	"context"
	"os"

	"fbnas/internal/fault"
	"fbnas/models"
)

// network finds what is to be exported.
func (x *export) network(ctx context.Context) (Model, error) {
	switch info, err := os.Stat(x.From); {
	case x.Weights != "":
		return x.given()
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
	return x.drawn(ctx, arch)
}

// given is the network of Weights; From may say what it has to be.
func (x *export) given() (Model, error) {
	t, err := modelOfFile(x.Weights)
	if err != nil || x.From == "" {
		return t, err
	}
	arch, err := archOf(x.From)
	if err != nil {
		return Model{}, err
	}
	if arch.Classes = t.Arch.Classes; string(arch.YAML()) != string(t.Arch.YAML()) {
		return Model{}, fault.New(fault.Usage, "Leave out --from: the weights say what they are of.",
			"%s holds the weights of another architecture, %s, than %s", x.Weights, t.Arch.Name, x.From)
	}
	return t, nil
}

// drawn is the architecture with random weights, for the classes of the data
// where some is given.
func (x *export) drawn(ctx context.Context, arch models.Arch) (Model, error) {
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
