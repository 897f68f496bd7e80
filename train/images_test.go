package train_test

import (
	"path/filepath"
	"slices"
	"testing"

	"fbnas/dataset/datasettest"
	"fbnas/engine"
	"fbnas/engine/enginetest"
	"fbnas/engine/interp"
	"fbnas/train"
)

// sight is an image as a program was fed it.
type sight struct {
	datasettest.Name
	mirrored bool
}

// TestWhatATrainingReads: the weights see every training image once an epoch, in
// a new order and mirrored anew, and no test image; after them, every test image
// is evaluated once, as it is, and the accuracy is that of those logits.
func TestWhatATrainingReads(t *testing.T) {
	const batch, side = 8, 6
	data := datasettest.Bars(t, 5*batch, 21, side, 3) // the last batch of the test images is not full
	images := datasettest.NewRegister(t, data)
	seen := map[string][]sight{}
	var want train.Accuracy
	spy := enginetest.Hooked{Engine: interp.Engine{}, Ran: func(p *engine.Program, _ engine.State, feeds engine.Feeds, r engine.Results) {
		if p.Name == "weights" && len(seen["evaluate"]) > 0 {
			t.Error("weights are trained after the evaluation")
		}
		before := len(seen[p.Name])
		for pixels := range slices.Chunk(feeds[train.Images].Floats, side*side) {
			if slices.ContainsFunc(pixels, func(v float32) bool { return v != 0 }) {
				seen[p.Name] = append(seen[p.Name], look(t, images, pixels, side))
			}
		}
		if p.Name == "evaluate" {
			var labels []int64
			for _, s := range seen[p.Name][before:] {
				labels = append(labels, data.Test.Label(s.Index))
			}
			want.Count(r[train.Logits][:3*len(labels)], labels, len(labels))
		}
	}}
	c := config()
	c.Epochs, c.Batch, c.Flip = 8, batch, true
	r, err := runWith(t, spy, data, filepath.Join(t.TempDir(), "run"), 0, c)
	if err != nil {
		t.Fatal(err)
	}
	checkEpochs(t, seen["weights"], data.Train.Len(), c.Epochs)
	if len(seen["evaluate"]) != data.Test.Len() {
		t.Fatalf("%d images evaluated, want %d", len(seen["evaluate"]), data.Test.Len())
	}
	for i, s := range seen["evaluate"] {
		if want := (sight{Name: datasettest.Name{Test: true, Index: i}}); s != want {
			t.Errorf("evaluated %+v, want %+v", s, want)
		}
	}
	if r.Test != want {
		t.Errorf("accuracy %v, want %v", r.Test, want)
	}
}

// look recognises an image, mirrored or not.
func look(t *testing.T, images *datasettest.Register, pixels []float32, side int) sight {
	t.Helper()
	if name, ok := images.Find(pixels); ok {
		return sight{Name: name}
	}
	mirror := slices.Clone(pixels)
	for row := range slices.Chunk(mirror, side) {
		slices.Reverse(row)
	}
	name, ok := images.Find(mirror)
	if !ok {
		t.Fatal("an image that is none of the set's")
	}
	return sight{name, true}
}

func checkEpochs(t *testing.T, seen []sight, images, epochs int) {
	t.Helper()
	if len(seen) != images*epochs {
		t.Fatalf("%d images in %d epochs of %d", len(seen), epochs, images)
	}
	var orders [][]sight
	ways := map[sight]bool{}
	for epoch := range slices.Chunk(seen, images) {
		once := map[datasettest.Name]bool{}
		for _, s := range epoch {
			if s.Test || once[s.Name] {
				t.Errorf("the weights saw %+v, or saw it twice in an epoch", s)
			}
			once[s.Name], ways[s] = true, true
		}
		if slices.ContainsFunc(orders, func(o []sight) bool { return slices.EqualFunc(o, epoch, sameImage) }) {
			t.Error("two epochs have one order")
		}
		orders = append(orders, epoch)
	}
	// Of images that are mirrored by a coin, 1 in 128 is seen in one way only.
	if len(ways) < 2*images-4 {
		t.Errorf("%d images were seen in %d ways", images, len(ways))
	}
}

func sameImage(a, b sight) bool { return a.Name == b.Name }
