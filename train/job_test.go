package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/engine/ort"
	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/internal/setup"
	"fbnas/models"
	"fbnas/train"
)

const small = `
version: 1
name: small
input: {channels: 1, height: 6, width: 6}
classes: 3
rounding: {divisor: 1}
blocks:
  - {kind: conv, out: 4, kernel: 3, act: hswish}
  - {kind: ir, out: 4, kernel: 3, expansion: 2, act: relu, se: hsigmoid, se_ratio: 0.5}
  - {kind: ir_pool, out: 6, expansion: 2, act: hswish}
head: {bias: true}
`

func blocks(t *testing.T) []models.Block {
	t.Helper()
	arch, err := models.ParseArch([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	b, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func config() train.Config {
	c := train.DefaultConfig()
	c.Epochs, c.Batch, c.PadCrop, c.Flip, c.LearningRate = 12, 16, 0, false, 0.1
	return c
}

// engines are those on which a resumed run must equal an uninterrupted one.
func engines(t *testing.T) map[string]engine.Engine {
	all := map[string]engine.Engine{"interp": interp.Engine{}}
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Logf("only on interp: %v", err)
		return all
	}
	for _, d := range []ort.Dialect{ort.Std, ort.Auto} {
		e, err := ort.New(ort.Options{Library: library, Threads: 2, Dialect: d})
		if err != nil {
			t.Fatal(err)
		}
		d, _ = e.Dialect()
		all[string(d)] = e
	}
	return all
}

// run trains in dir; stop > 0 interrupts after so many steps.
func run(t *testing.T, e engine.Engine, data *dataset.Set, dir string, stop int) (train.Result, error) {
	t.Helper()
	return runWith(t, e, data, dir, stop, config())
}

func runWith(t *testing.T, e engine.Engine, data *dataset.Set, dir string, stop int, c train.Config) (train.Result, error) {
	t.Helper()
	job := train.Job{Engine: e, Blocks: blocks(t), Data: data, Config: c}
	var err error
	if _, statErr := os.Stat(dir); statErr == nil {
		job.Dir, job.From, err = rundir.Resume(dir, "train", c, rundir.Options{})
	} else {
		job.Dir, err = rundir.Create(dir, "train", c, rundir.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer job.Dir.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	job.Progress = func(p train.Progress) {
		if p.Done == stop {
			cancel()
		}
	}
	return job.Run(ctx)
}

func TestAResumedTrainingEqualsAnUninterruptedOne(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	for name, e := range engines(t) {
		t.Run(name, func(t *testing.T) {
			whole, cut := filepath.Join(t.TempDir(), "whole"), filepath.Join(t.TempDir(), "cut")
			want, err := run(t, e, data, whole, 0)
			if err != nil {
				t.Fatal(err)
			}
			if want.Test.Images != 24 || want.Test.Top1() < 0.9 {
				t.Errorf("accuracy %v of %d images: the bars were not learned", want.Test.Top1(), want.Test.Images)
			}
			for _, stop := range []int{7, 20} {
				if _, err := run(t, e, data, cut, stop); !errors.Is(err, context.Canceled) || fault.ExitCode(err) != 130 {
					t.Fatalf("interrupted: %v", err)
				}
			}
			got, err := run(t, e, data, cut, 0)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got.Values, want.Values) || got.Test != want.Test {
				t.Error("the resumed run ends in other weights")
			}
			compareFiles(t, filepath.Join(whole, "metrics.jsonl"), filepath.Join(cut, "metrics.jsonl"))
		})
	}
}

func compareFiles(t *testing.T, a, b string) {
	t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(x) == 0 || string(x) != string(y) {
		t.Errorf("%s (%d bytes) and %s (%d bytes) differ", a, len(x), b, len(y))
	}
}

func TestBadConfigurationListsEveryProblem(t *testing.T) {
	err := train.Config{Momentum: 1.5, LearningRate: 0.1, Epochs: 1}.Validate()
	if fault.CodeOf(err) != fault.Usage {
		t.Fatalf("problems: %v", err)
	}
	for _, field := range []string{"batch: 0", "momentum: 1.5", "bn_momentum: 0"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not among: %v", field, err)
		}
	}
}
