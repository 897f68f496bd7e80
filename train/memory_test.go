package train_test

import (
	"errors"
	"slices"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/train"
)

// asked is an engine that keeps what it is asked about.
type asked struct {
	engine.Engine
	programs []string
}

func (a *asked) Memory(specs []engine.Spec, programs ...*engine.Program) (engine.Memory, error) {
	for _, p := range programs {
		a.programs = append(a.programs, p.Name)
		if _, err := p.Resolve(specs); err != nil {
			return engine.Memory{}, err
		}
	}
	return engine.Memory{State: int64(len(specs))}, nil
}

func TestMemoryOfATrainingIsThatOfItsPrograms(t *testing.T) {
	e := &asked{}
	job := train.Job{Engine: e, Blocks: blocks(t), Data: datasettest.Bars(t, 48, 24, 6, 3), Config: config()}
	m, err := job.Memory()
	if want := len(train.NetworkOf(job.Blocks).Specs()); err != nil || m.Total() != int64(want) {
		t.Errorf("%+v (%v), want a state of %d tensors", m, err, want)
	}
	if want := []string{"weights", "evaluate"}; !slices.Equal(e.programs, want) {
		t.Errorf("asked for %v, want %v", e.programs, want)
	}
	job.Engine = interp.Engine{}
	if _, err := job.Memory(); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v of an engine that cannot tell", err)
	}
}
