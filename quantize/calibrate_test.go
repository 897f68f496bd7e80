package quantize_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/quantize"
)

// doubler returns twice and ten times its input.
type doubler struct{ runs [][]float32 }

func (d *doubler) Run(_ context.Context, feeds engine.Feeds) (engine.Results, error) {
	d.runs = append(d.runs, feeds["x"].Floats)
	r := engine.Results{}
	for _, v := range feeds["x"].Floats {
		r["twice"] = append(r["twice"], 2*float64(v))
		r["y"] = append(r["y"], 10*float64(v))
	}
	return r, nil
}

func (d *doubler) Close() error { return nil }

func doubling(t *testing.T, batch int) *onnx.Model {
	b := onnx.NewBuilder("doubling", 17)
	x := b.Input("x", onnx.Float32, onnx.Dims(batch, 2))
	b.Node("Add", []string{x, x}, []string{"twice"})
	b.Node("Mul", []string{"twice", b.Const(onnx.Scalar("", float32(5)))}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(batch, 2))
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func calibration(d *doubler, images, batch int) quantize.Calibration {
	return quantize.Calibration{
		Method: quantize.MinMax, Images: images, Feed: onnxexport.Feed{Input: "x", Output: "y", Batch: batch},
		Image: func(i int) ([]float32, error) { return []float32{float32(i + 1), -1}, nil },
		Open:  func([]byte) (onnxexport.Session, error) { return d, nil },
	}
}

func TestRanges(t *testing.T) {
	for _, tc := range []struct{ images, batch, runs int }{{3, 1, 3}, {3, 2, 2}, {4, 2, 2}, {1, 4, 1}, {3, onnxexport.AnyBatch, 3}} {
		d, steps := &doubler{}, 0
		c := calibration(d, tc.images, tc.batch)
		c.Progress = func(done, total int) {
			if steps++; done != steps || total != tc.runs {
				t.Errorf("progress %d of %d after %d steps", done, total, steps)
			}
		}
		ranges, err := c.Ranges(context.Background(), doubling(t, max(tc.batch, 1)), []string{"x", "twice", "y"})
		if err != nil {
			t.Fatal(err)
		}
		high := float64(tc.images)
		for name, want := range map[string]quantize.Range{"x": {-1, high}, "twice": {-2, 2 * high}, "y": {-10, 10 * high}} {
			if ranges[name] != want {
				t.Errorf("%d images in batches of %d: %s is %v, want %v", tc.images, tc.batch, name, ranges[name], want)
			}
		}
		if len(d.runs) != tc.runs || len(d.runs[0]) != 2*max(tc.batch, 1) {
			t.Errorf("%d images in batches of %d: %d runs of %d numbers", tc.images, tc.batch, len(d.runs), len(d.runs[0]))
		}
	}
}

// TestRangesOfHistograms: values are read twice; the input's range is not cut.
func TestRangesOfHistograms(t *testing.T) {
	for _, method := range []quantize.Method{quantize.Percentile, quantize.Entropy} {
		d := &doubler{}
		c := calibration(d, 5, 1)
		c.Method, c.Percentile = method, 75
		ranges, err := c.Ranges(context.Background(), doubling(t, 1), []string{"x", "y"})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.runs) != 10 || ranges["x"] != (quantize.Range{Low: -1, High: 5}) || ranges["y"].High > 50 || ranges["y"].Low < -10 {
			t.Errorf("%s: %d runs, ranges %v", method, len(d.runs), ranges)
		}
		if method == quantize.Percentile && ranges["y"].High > 45 {
			t.Errorf("a quarter of the values is to be cut, and %v is left", ranges["y"])
		}
	}
}

func TestCalibrationFails(t *testing.T) {
	broken := errors.New("broken")
	for name, tc := range map[string]struct {
		change func(*quantize.Calibration)
		want   string
	}{
		"an unknown method": {func(c *quantize.Calibration) { c.Method = "guess" }, `unknown calibration method "guess"`},
		"no images":         {func(c *quantize.Calibration) { c.Images = 0 }, "0 images"},
		"an image that cannot be read": {func(c *quantize.Calibration) {
			c.Image = func(int) ([]float32, error) { return nil, broken }
		}, "image 0: broken"},
		"a model that cannot be opened": {func(c *quantize.Calibration) {
			c.Open = func([]byte) (onnxexport.Session, error) { return nil, broken }
		}, "broken"},
		"not a number": {func(c *quantize.Calibration) {
			c.Image = func(int) ([]float32, error) { return []float32{float32(math.NaN()), 0}, nil }
		}, "x has values that are not finite"},
	} {
		c := calibration(&doubler{}, 2, 1)
		tc.change(&c)
		if _, err := c.Ranges(context.Background(), doubling(t, 1), []string{"x"}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
	if err := quantize.Method("guess").Validate(); fault.CodeOf(err) != fault.Usage {
		t.Errorf("an unknown method is no usage error: %v", err)
	}
}

func TestAgree(t *testing.T) {
	give := func(rows ...[]float64) onnxexport.Logits {
		return func(context.Context, [][]float32) ([][]float64, error) { return rows, nil }
	}
	images := make([][]float32, 2)
	float := give([]float64{3, 4}, []float64{0, 5})
	a, err := quantize.Agree(context.Background(), float, give([]float64{3, 4.5}, []float64{6, 5}), images)
	want := onnxexport.Agreement{SameClass: 1, MaxAbsDiff: 6, SQNR: 10 * math.Log10(50/36.25)}
	if err != nil || a != want {
		t.Errorf("%+v, %v, want %+v", a, err, want)
	}
	if a, err := quantize.Agree(context.Background(), float, float, images); err != nil || a.SameClass != 2 || !(a.SQNR > 100) || math.IsInf(a.SQNR, 0) {
		t.Errorf("equal logits: %+v, %v", a, err)
	}
	for _, other := range []onnxexport.Logits{give([]float64{3, math.NaN()}, []float64{0, 5}), give([]float64{3}, []float64{0})} {
		if a, err := quantize.Agree(context.Background(), float, other, images); err == nil {
			t.Errorf("agreement %+v", a)
		}
	}
}
