package dataset

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"fbnas/internal/chw"
	"fbnas/internal/random"
)

// ramp is the image of testdata/augment.py.
func ramp(channels int) canvas {
	c := newCanvas(chw.Shape{Channels: channels, Height: 7, Width: 8})
	for i := range c.pix {
		channel, y, x := i/56, i/8%7, i%8
		c.pix[i] = uint8((31*channel + 9*y*y + 23*x + 5*x*y) % 251)
	}
	return c
}

// TestOperationsAreTorchvisions compares every operation, and a resized crop,
// with torchvision's results for the same images; its rounding differs by one
// brightness.
func TestOperationsAreTorchvisions(t *testing.T) {
	text, err := os.ReadFile("testdata/augment.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Operation string
		Strength  float64
		Channels  int
		Pixels    []int
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	apply := map[string]func(*canvas, float64){"crop": func(c *canvas, _ float64) { c.resize(crop{1, 2, 4, 5}) }}
	for _, o := range operations {
		apply[o.name] = o.apply
	}
	missing := map[string]bool{}
	for name := range apply {
		missing[name] = true
	}
	for _, want := range cases {
		delete(missing, want.Operation)
		c := ramp(want.Channels)
		if want.Operation == "autocontrast" { // it leaves a full range as it is
			for i, p := range c.pix {
				c.pix[i] = p/2 + 40
			}
		}
		apply[want.Operation](&c, want.Strength)
		for i, p := range c.pix {
			if d := int(p) - want.Pixels[i]; d < -1 || d > 1 {
				t.Errorf("%s by %g on %d channels: pixel %d is %d, want %d", want.Operation, want.Strength, want.Channels, i, p, want.Pixels[i])
				break
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("not compared: %v", missing)
	}
}

// TestStrengths: they reach both ends of their range and have both signs
// only where the operation is signed.
func TestStrengths(t *testing.T) {
	r := random.New(1, "strengths")
	for _, o := range operations {
		low, high := math.Inf(1), math.Inf(-1)
		for range 2000 {
			s := o.strength(r)
			low, high = min(low, s), max(high, s)
		}
		least := 0.0
		if o.signed {
			least = -o.most
		}
		if low != least || high != o.most {
			t.Errorf("%s: strengths from %g to %g, want %g to %g", o.name, low, high, least, o.most)
		}
	}
}

// TestCropsKeepTheirBounds: crops lie within the image, have the requested area and
// ratio of sides, within a pixel, and differ.
func TestCropsKeepTheirBounds(t *testing.T) {
	f, a := chw.Shape{Channels: 1, Height: 60, Width: 80}, Augment{CropScale: 0.25, CropRatio: 2}
	r := random.New(1, "crops")
	different := map[crop]bool{}
	var smallest, flattest = 1.0, 1.0
	for range 2000 {
		c := a.drawCrop(r, f)
		if c == (crop{}) {
			continue
		}
		different[c] = true
		if c.y < 0 || c.x < 0 || c.y+c.height > 60 || c.x+c.width > 80 {
			t.Fatalf("%+v does not lie on the image", c)
		}
		h, w := float64(c.height)/60, float64(c.width)/80
		smallest, flattest = min(smallest, h*w), min(flattest, h/w)
	}
	if math.Abs(smallest-0.25) > 0.02 || math.Abs(flattest-0.5) > 0.03 || len(different) < 1500 {
		t.Errorf("%d crops, the smallest %g of the area, ratios from %g", len(different), smallest, flattest)
	}
	if c := (Augment{CropScale: 1, CropRatio: 1}).drawCrop(r, f); c != (crop{0, 0, 60, 80}) {
		t.Errorf("a crop of everything is %+v", c)
	}
}

// TestOldSeedsStayWhatTheyWere: what a seed gives for padding and mirroring does
// not depend on the other techniques.
func TestOldSeedsStayWhatTheyWere(t *testing.T) {
	plain := Augment{PadCrop: 3, Flip: true}
	all := plain
	all.CropScale, all.Trivial = 0.3, true
	for i := range uint64(50) {
		v, w := plain.draw(random.New(i, "x"), chw.Shape{Channels: 1, Height: 9, Width: 9}), all.draw(random.New(i, "x"), chw.Shape{Channels: 1, Height: 9, Width: 9})
		if v.dy != w.dy || v.dx != w.dx || v.mirror != w.mirror {
			t.Fatalf("seed %d: %+v and %+v", i, v, w)
		}
	}
}

func TestAugmentProblems(t *testing.T) {
	for _, a := range []Augment{{PadCrop: -1}, {CropScale: -0.1}, {CropScale: 1.1}, {CropScale: math.NaN()}, {CropRatio: 0.5}, {CropRatio: 17}} {
		if a.Validate() == nil {
			t.Errorf("%+v is accepted", a)
		}
	}
	if err := (Augment{PadCrop: 4, CropScale: 1, CropRatio: 16}).Validate(); err != nil {
		t.Error(err)
	}
}
