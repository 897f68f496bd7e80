package search

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine/interp"
	"fbnas/models"
	"fbnas/train"
)

// A network of one channel cannot tell the bars apart that wider ones can.
const racing = `
version: 1
name: NAME
input: {channels: 1, height: 6, width: 6}
classes: 3
rounding: {divisor: 1}
blocks:
  - {kind: conv, out: WIDTH, kernel: 3, act: relu}
head: {bias: true}
`

// perEpoch is the number of steps in an epoch of the races here.
const perEpoch = 7

func raceOf(t *testing.T, folder string) (Race, []Contender) {
	t.Helper()
	c := train.DefaultConfig()
	c.Epochs, c.Batch, c.Flip = 1, 8, false
	data := datasettest.Bars(t, 128, 6, 6, 3)
	data.Test, data.Train = data.Train.Partition(0.5, 1)
	r := Race{Engine: interp.Engine{}, Data: data, Config: c, Final: 2, Folder: folder}
	var list []Contender
	for _, width := range []string{"1", "2", "4", "8", "12"} {
		arch, err := models.ParseArch([]byte(strings.NewReplacer("NAME", "w"+width, "WIDTH", width).Replace(racing)))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, Contender{"w" + width, arch})
	}
	return r, list
}

// TestARaceKeepsTheBetterHalf: who is left after a round was among the best of it, and is
// trained twice as long in the next.
func TestARaceKeepsTheBetterHalf(t *testing.T) {
	t.Parallel()
	r, contenders := raceOf(t, t.TempDir())
	steps := 0
	r.Progress = func(done, total int) {
		if done < steps || total != perEpoch*(5*1+3*2+2*4) {
			t.Fatalf("%d of %d steps after %d", done, total, steps)
		}
		steps = done
	}
	list, err := r.Run(t.Context(), contenders)
	if err != nil {
		t.Fatal(err)
	}
	if steps != perEpoch*r.Epochs(5) || r.Epochs(5) != 19 {
		t.Errorf("%d steps, %d epochs", steps, r.Epochs(5))
	}
	for i, rounds := range []int{3, 3, 2, 1, 1} {
		if got := len(list[i].Rounds); got != rounds {
			t.Errorf("place %d took part in %d rounds, want %d", i+1, got, rounds)
		}
	}
	for i := 1; i < len(list); i++ {
		last := len(list[i].Rounds) - 1
		if list[i].Rounds[last].Top1() > list[i-1].Rounds[last].Top1() {
			t.Errorf("place %d is better after round %d than place %d", i+1, last+1, i)
		}
	}
	if list[4].Name != "w1" && list[3].Name != "w1" {
		t.Errorf("a network of one channel is not among the worst: %v", list)
	}
}

func TestAnInterruptedRaceGoesOn(t *testing.T) {
	t.Parallel()
	whole, contenders := raceOf(t, filepath.Join(t.TempDir(), "whole"))
	want, err := whole.Run(t.Context(), contenders)
	if err != nil {
		t.Fatal(err)
	}
	cut, _ := raceOf(t, filepath.Join(t.TempDir(), "cut"))
	for _, stop := range []int{5, perEpoch * 6} { // within the first training, and in the second round
		ctx, cancel := context.WithCancel(t.Context())
		cut.Progress = func(done, _ int) {
			if done == stop {
				cancel()
			}
		}
		if _, err := cut.Run(ctx, contenders); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	trained := 0
	cut.Progress = func(int, int) { trained++ }
	got, err := cut.Run(t.Context(), contenders)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if all := perEpoch * whole.Epochs(5); trained >= all {
		t.Errorf("all %d steps were done again", all)
	}
	places := func(list []Raced) (names []string) {
		for _, r := range list {
			names = append(names, r.Name)
		}
		return names
	}
	cut.Progress = func(int, int) {}
	if again, err := cut.Run(t.Context(), contenders); err != nil || !slices.Equal(places(again), places(want)) {
		t.Errorf("a finished race ends as %v (%v)", places(again), err)
	}
}
