package search

import (
	"path/filepath"
	"slices"
	"testing"

	"fbnas/dataset"
	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/train"
)

// judging is how a search judged one candidate.
type judging struct {
	recalibrated, evaluated []datasettest.Name // names of images, in order
	logits                  []float64          // of the evaluated ones
}

// observedSearch is a whole search with what its programs were fed.
type observedSearch struct {
	job      Job
	result   Result
	read     map[string]map[datasettest.Name]bool // images by program
	judgings []judging
	trained  map[string][]float64 // the weights that were judged
}

// observe runs a search on the oracle, through its public interface. The logits
// of candidate number spoilt, counted from 1, are spoilt (0: none are).
func observe(t *testing.T, spoilt int) *observedSearch {
	t.Helper()
	data := datasettest.Bars(t, 15*8, 40, 6, 3)
	images := datasettest.NewRegister(t, data)
	o := &observedSearch{read: map[string]map[datasettest.Name]bool{}}
	last := ""
	spy := enginetest.Hooked{Engine: interp.Engine{}, Ran: func(p *engine.Program, s engine.State, feeds engine.Feeds, r engine.Results) {
		names := images.In(t, feeds[train.Images].Floats)
		if o.read[p.Name] == nil {
			o.read[p.Name] = map[datasettest.Name]bool{}
		}
		for _, name := range names {
			o.read[p.Name][name] = true
		}
		switch p.Name {
		case "recalibrate":
			if last != p.Name {
				o.judgings = append(o.judgings, judging{})
			}
			j := &o.judgings[len(o.judgings)-1]
			j.recalibrated = append(j.recalibrated, names...)
			o.trained = valuesOf(t, s, o.job)
		case "evaluate":
			if len(o.judgings) == 0 {
				t.Fatal("a candidate is judged by the statistics of the whole supernet")
			}
			j := &o.judgings[len(o.judgings)-1]
			j.evaluated = append(j.evaluated, names...)
			if len(o.judgings) == spoilt {
				clear(r[train.Logits]) // all images look like the first class
			}
			j.logits = append(j.logits, r[train.Logits][:len(names)*len(data.Classes)]...)
		}
		last = p.Name
	}}
	o.job = searchJob(t, spy, data, filepath.Join(t.TempDir(), "run"))
	defer o.job.Dir.Close()
	var err error
	if o.result, err = o.job.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return o
}

// valuesOf reads the supernet's weights.
func valuesOf(t *testing.T, s engine.State, job Job) map[string][]float64 {
	t.Helper()
	values := map[string][]float64{}
	for _, p := range models.Params(job.Space.SupernetBlocks(len(job.Data.Classes))) {
		v, err := s.Get(p.Name)
		if err != nil {
			t.Fatal(err)
		}
		values[p.Name] = slices.Clone(v)
	}
	return values
}

// TestEachProgramReadsItsOwnImages: a search never sees the test images; the
// choices are trained and candidates are judged on images on which the weights
// are not trained; statistics come from the weights' images.
func TestEachProgramReadsItsOwnImages(t *testing.T) {
	o := observe(t, 0)
	for _, program := range []string{"weights", "choices", "recalibrate", "evaluate"} {
		if len(o.read[program]) == 0 {
			t.Errorf("%s read no images", program)
		}
	}
	for program, images := range o.read {
		for name := range images {
			if name.Test {
				t.Errorf("%s read test image %d", program, name.Index)
			}
		}
	}
	for _, c := range []struct {
		one, other string
		may        bool
	}{
		{"weights", "choices", false}, {"weights", "evaluate", false}, {"recalibrate", "choices", false}, {"recalibrate", "evaluate", false},
		{"evaluate", "choices", true}, {"recalibrate", "weights", true},
	} {
		for name := range o.read[c.one] {
			if o.read[c.other][name] != c.may {
				t.Errorf("training image %d: read by %s, and by %s: %v", name.Index, c.one, c.other, !c.may)
			}
		}
	}
	if all := len(o.read["weights"]) + len(o.read["choices"]); all != o.job.Data.Train.Len() {
		t.Errorf("%d of %d training images were used", all, o.job.Data.Train.Len())
	}
}

// TestEachCandidateIsJudgedAsItsNetwork: a candidate is judged by the logits of
// the network that would be derived, cut out of the trained supernet, with
// statistics of its own.
func TestEachCandidateIsJudgedAsItsNetwork(t *testing.T) {
	o := observe(t, 0)
	if len(o.result.Judged) < 2 || len(o.judgings) != len(o.result.Judged) {
		t.Fatalf("%d candidates, %d judged with statistics of their own", len(o.result.Judged), len(o.judgings))
	}
	for k, candidate := range o.result.Judged {
		j := o.judgings[k]
		want := o.derived(t, candidate.Selection, j)
		if err := enginetest.Close(j.logits, want, 1e-9); err != nil {
			t.Errorf("candidate %d: %v", k, err)
		}
		var a train.Accuracy
		var labels []int64
		for _, name := range j.evaluated {
			labels = append(labels, o.job.Data.Train.Label(name.Index))
		}
		if a.Count(want, labels, len(labels)); candidate.OneHot != a {
			t.Errorf("candidate %d: accuracy %v, want %v", k, candidate.OneHot, a)
		}
	}
	if err := enginetest.Close(o.judgings[0].logits, o.judgings[1].logits, 1e-3); err == nil {
		t.Error("two candidates are equal: the test shows nothing")
	}
}

// TestTheBestIsTheLikeliestThatIsNotBroken: accuracy rejects a candidate far
// below the best and does not reorder the others; the summary describes the
// network of the best.
func TestTheBestIsTheLikeliestThatIsNotBroken(t *testing.T) {
	for _, spoilt := range []int{0, 1, 2} {
		o := observe(t, spoilt)
		best := 0
		if spoilt == 1 {
			best = 1
		}
		for k, c := range o.result.Judged {
			if c.Rejected != (k == spoilt-1) {
				t.Errorf("candidate %d of accuracy %v, %d spoilt: rejected %v", k, c.OneHot, spoilt, c.Rejected)
			}
		}
		limit := o.job.Config.Limit
		s, err := o.job.Summarise(t.Context(), o.result, []float64{limit}, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := o.result.Judged[best]
		arch, err := o.job.Space.Arch(want.Selection, len(o.job.Data.Classes))
		if err != nil {
			t.Fatal(err)
		}
		arch.Name = s.Results[0].Arch.Name
		if got := s.Results[0]; string(got.Arch.YAML()) != string(arch.YAML()) || got.Cost != want.Cost || s.OneHotTop1 != want.OneHot.Top1() {
			t.Errorf("%d spoilt: found\n%s(%g), want\n%s(%g)", spoilt, got.Arch.YAML(), got.Cost, arch.YAML(), want.Cost)
		}
	}
}

// derived computes the logits of the derived network on the images on which a
// candidate was judged; its statistics, nonsense at first, are estimated on the
// candidate's images.
func (o *observedSearch) derived(t *testing.T, sel models.Selection, j judging) []float64 {
	t.Helper()
	data := o.job.Data
	arch, err := o.job.Space.Arch(sel, len(data.Classes))
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	net := train.NetworkOf(blocks)
	values := map[string][]float64{}
	for _, c := range o.job.Space.Cuts(sel, len(data.Classes)) {
		v := c.Values(o.trained[c.From.Name])
		if !c.To.Trained() {
			for k := range v {
				v[k] = 7
			}
		}
		values[c.To.Name] = v
	}
	state, err := interp.Engine{}.NewState(net.Specs())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	if err := net.SetValues(state, values); err != nil {
		t.Fatal(err)
	}
	batch := o.job.Config.Train.Batch
	shape := train.Shape{Batch: batch, Image: chw.Shape{Channels: 1, Height: 6, Width: 6}}
	recalibrate, err := interp.Engine{}.Compile(net.Recalibrate(shape), state)
	if err != nil {
		t.Fatal(err)
	}
	if err := train.Recalibrate(t.Context(), recalibrate, subset(data.Train, j.recalibrated), batch, nil); err != nil {
		t.Fatal(err)
	}
	var all []float64
	evaluate, err := enginetest.Hooked{Engine: interp.Engine{}, Ran: func(_ *engine.Program, _ engine.State, _ engine.Feeds, r engine.Results) {
		all = append(all, r[train.Logits]...)
	}}.Compile(net.Evaluate(shape), state)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.Evaluate(t.Context(), evaluate, subset(data.Train, j.evaluated), batch, nil); err != nil {
		t.Fatal(err)
	}
	return all[:len(j.evaluated)*len(data.Classes)]
}

func subset(s *dataset.Split, names []datasettest.Name) *dataset.Split {
	var indices []int
	for _, name := range names {
		indices = append(indices, name.Index)
	}
	return s.Subset(indices)
}
