package quantize

import (
	"context"
	"errors"
	"fmt"
	"math"

	"fbnas/engine"
	"fbnas/internal/convert"
	"fbnas/internal/fault"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// Calibration says how ranges are found, and on which images.
type Calibration struct {
	Method     Method
	Percentile float64 // of the method Percentile; 0 means 99.99
	Images     int
	Image      func(i int) ([]float32, error) // [C,H,W], normalised
	Feed       onnxexport.Feed                // how the model takes images
	// Open opens a model in the runtime.
	Open func(model []byte) (onnxexport.Session, error)
	// Progress, if set, is called with the number of finished runs.
	Progress func(done, total int)
}

const usualPercentile = 99.99

// mostValues is the number of values read in one run, which bounds the memory.
const mostValues = 1 << 24

// Ranges runs m on the images and gives the range of each of the tensors names.
// Values that are not finite are an error that names their tensor.
func (c Calibration) Ranges(ctx context.Context, m *onnx.Model, names []string) (map[string]Range, error) {
	if err := c.Method.Validate(); err != nil {
		return nil, err
	}
	if c.Images < 1 {
		return nil, fault.New(fault.Usage, "Give at least one image to calibrate on.", "calibration on %d images", c.Images)
	}
	groups, err := grouped(m, names)
	if err != nil {
		return nil, err
	}
	passes := 1
	if c.Method != MinMax {
		passes = 2
	}
	done, total := 0, passes*len(groups)*c.runs()
	if c.Progress == nil {
		c.Progress = func(int, int) {}
	}
	step := func() { done++; c.Progress(done, total) }
	all := map[string]Range{}
	for _, group := range groups {
		ranges, err := c.group(ctx, m, group, step)
		if err != nil {
			return nil, fmt.Errorf("calibrate: %w", err)
		}
		for name, r := range ranges {
			all[name] = r
		}
	}
	return all, nil
}

// batch is the number of images in a run.
func (c Calibration) batch() int { return max(c.Feed.Batch, 1) }

// runs is the number of runs for all images.
func (c Calibration) runs() int { return (c.Images + c.batch() - 1) / c.batch() }

// group finds the ranges of some tensors.
func (c Calibration) group(ctx context.Context, m *onnx.Model, names []string, step func()) (map[string]Range, error) {
	o, err := c.observe(m, names)
	if err != nil {
		return nil, err
	}
	defer o.Close()
	ranges := map[string]Range{}
	for _, name := range names {
		ranges[name] = Range{math.Inf(1), math.Inf(-1)}
	}
	err = c.each(ctx, o, step, func(name string, values []float64) error {
		r := ranges[name].with(values)
		if math.IsNaN(r.High) || math.IsInf(r.High, 1) || math.IsInf(r.Low, -1) {
			return fmt.Errorf("%s has values that are not finite", name)
		}
		ranges[name] = r
		return nil
	})
	if err != nil || c.Method == MinMax {
		return ranges, err
	}
	histograms := map[string]*Histogram{}
	for name, r := range ranges {
		histograms[name] = NewHistogram(r)
	}
	err = c.each(ctx, o, step, func(name string, values []float64) error {
		histograms[name].Add(values)
		return nil
	})
	for name, h := range histograms {
		if name != c.Feed.Input { // the input's pixels have fixed limits
			ranges[name] = c.rangeOf(h)
		}
	}
	return ranges, err
}

func (c Calibration) rangeOf(h *Histogram) Range {
	if c.Method == Entropy {
		return h.Entropy()
	}
	p := c.Percentile
	if p == 0 {
		p = usualPercentile
	}
	return h.Percentile(p)
}

// observer is a model with inner tensors as outputs.
type observer struct {
	onnxexport.Session
	names []string // of the tensors
}

func (c Calibration) observe(m *onnx.Model, names []string) (*observer, error) {
	types, err := onnx.InferShapes(m)
	if err != nil {
		return nil, err
	}
	shown := m.Clone()
	o := &observer{names: names}
	given := map[string]bool{}
	for _, v := range m.Outputs() {
		given[v.Name] = true
	}
	for _, name := range names {
		if name != c.Feed.Input && !given[name] {
			shown.AddOutput(onnx.Value{Name: name, TypeShape: types[name]})
		}
	}
	data, err := shown.Bytes()
	if err != nil {
		return nil, err
	}
	o.Session, err = c.Open(data)
	return o, err
}

// each runs the images and passes the values of every tensor to see. A last run that
// is not full is filled up with the first images.
func (c Calibration) each(ctx context.Context, o *observer, step func(), see func(name string, values []float64) error) error {
	for run := range c.runs() {
		var images []float32
		for k := range c.batch() {
			i := (run*c.batch() + k) % c.Images
			image, err := c.Image(i)
			if err != nil {
				return fmt.Errorf("image %d: %w", i, err)
			}
			images = append(images, image...)
		}
		results, err := o.Run(ctx, engine.Feeds{c.Feed.Input: c.Feed.Tensor(images)})
		if err != nil {
			return err
		}
		results[c.Feed.Input] = convert.Slice[float64](images)
		for _, name := range o.names {
			if err := see(name, results[name]); err != nil {
				return err
			}
		}
		step()
	}
	return nil
}

// grouped splits tensors into groups small enough that the values of one run fit
// in memory.
func grouped(m *onnx.Model, names []string) ([][]string, error) {
	types, err := onnx.InferShapes(m)
	if err != nil {
		return nil, err
	}
	var groups [][]string
	room := int64(0)
	for _, name := range names {
		n := int64(1)
		for _, d := range types[name].Shape {
			n *= max(d.Size, 1)
		}
		if types[name].Shape == nil {
			return nil, errors.New("the shape of " + name + " is not known")
		}
		if n > room || len(groups) == 0 {
			groups, room = append(groups, nil), mostValues
		}
		room -= n
		groups[len(groups)-1] = append(groups[len(groups)-1], name)
	}
	return groups, nil
}
