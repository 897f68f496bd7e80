package search

import (
	"fmt"
	"strings"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/train"
)

// weightStep is that of a supernet with `options` options per choice.
func weightStep(t *testing.T, options, batch int) (*Supernet, *engine.Program) {
	t.Helper()
	var widths, expansions []string
	for i := range options {
		widths = append(widths, fmt.Sprint(40-options+i+1))
		expansions = append(expansions, fmt.Sprint(float64(4)-float64(options-i-1)/8))
	}
	text := strings.NewReplacer("[2, 4]", "["+strings.Join(widths, ", ")+"]", "[1, 2]", "["+strings.Join(expansions, ", ")+"]").Replace(searched)
	space, err := models.ParseSpace([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	s := NewSupernet(space, classes)
	return s, s.soft().WeightStep(train.Shape{Batch: batch, Image: chw.Shape{Channels: 1, Height: 6, Width: 6}}, train.SGD{Momentum: 0.9}, 0.1)
}

// TestOptionsCostNoFeatureMap: a weight step has the same number of operations on
// feature maps with 1, 5 and 20 widths to choose from (docs/background/method.md,
// "Masks").
func TestOptionsCostNoFeatureMap(t *testing.T) {
	maps := map[int]int{}
	for _, options := range []int{1, 5, 20} {
		_, p := weightStep(t, options, 4)
		for _, n := range graph.Reachable(p.Outputs()...) {
			if n.Map {
				maps[options]++
			}
		}
	}
	if maps[1] == 0 || maps[1] != maps[5] || maps[5] != maps[20] {
		t.Errorf("feature maps by number of options: %v", maps)
	}
}

// TestOptionsCostNoMemory: nor do options need more memory between operators.
func TestOptionsCostNoMemory(t *testing.T) {
	for dialect, e := range dialects(t) {
		held := map[int]int64{}
		for _, options := range []int{1, 10} {
			s, p := weightStep(t, options, 64)
			m, err := engine.MemoryOf(e, s.specs(), p)
			if err != nil {
				t.Fatal(err)
			}
			held[options] = m.Values
		}
		if r := float64(held[10]) / float64(held[1]); r > 1.05 || r < 0.95 {
			t.Errorf("%s: bytes by number of options: %v", dialect, held)
		}
	}
}

// recordingEngine is an engine that records what Memory is asked about.
type recordingEngine struct {
	engine.Engine
	state    int // elements
	programs []string
}

func (a *recordingEngine) Memory(specs []engine.Spec, programs ...*engine.Program) (engine.Memory, error) {
	for _, s := range specs {
		a.state += s.Shape.Len()
	}
	for _, p := range programs {
		a.programs = append(a.programs, p.Name)
		if _, err := p.Resolve(specs); err != nil {
			return engine.Memory{}, err
		}
	}
	return engine.Memory{Values: 1}, nil
}

func TestMemoryOfASearchIsThatOfAllItsPrograms(t *testing.T) {
	data := datasettest.Bars(t, 48, 24, 6, 3)
	e := &recordingEngine{}
	job := searchJob(t, e, data, t.TempDir()+"/run")
	defer job.Dir.Close()
	m, err := job.Memory()
	if err != nil || m.Total() != 1 {
		t.Fatalf("%+v (%v)", m, err)
	}
	elements := 0
	for _, s := range NewSupernet(job.Space, len(data.Classes)).specs() {
		elements += s.Shape.Len()
	}
	if got := strings.Join(e.programs, " "); got != "weights choices recalibrate evaluate" || e.state != elements {
		t.Errorf("asked for %s on a state of %d elements, the search's has %d", got, e.state, elements)
	}
}
