package job

import (
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// TestImagesOfARequest: a request has a whole number of the device's runs, and no
// more images than there are.
func TestImagesOfARequest(t *testing.T) {
	const pixels, floats = 224 * 224 * 3, 4 * 224 * 224 * 3
	for _, c := range []struct{ image, values, inRun, images, want int }{
		{4 * 28 * 28, 10, 1, 256, 256},
		{4 * 28 * 28, 10, 1, 10000, 5349},
		{4 * 28 * 28, 10, 16, 250, 256},
		{8 * 8, 1024, 1, 10000, 4096}, // more bytes come back than are sent
		{floats, 1000, 1, 256, 27},
		{floats, 1000, 16, 256, 16},
		{pixels, 1000, 16, 256, 96},
		{floats, 1000, 100, 256, 100}, // larger than usual, and not too large
		{floats, 1000, 1, 0, 1},
	} {
		s := deviceSession{image: c.image, values: c.values, inRun: c.inRun, images: c.images}
		if got := s.batch(); got != c.want {
			t.Errorf("%+v: %d at once", c, got)
		}
		if n := s.batch() * c.image; n > latency.MaxInputs {
			t.Errorf("%+v: %d bytes at once", c, n)
		}
	}
}

// TestRunTooLargeForADevice: it is refused before a device is reached.
func TestRunTooLargeForADevice(t *testing.T) {
	_, err := Device{Name: "nowhere"}.session(t.Context(), &Env{}, &deviceSession{image: 1 << 20, feed: onnxexport.Feed{Batch: 65}})
	if err == nil || !strings.Contains(err.Error(), "a run takes 65 images") || fault.HintOf(err) == "" {
		t.Errorf("%v", err)
	}
}

// TestSizes: a file may state anything of its input.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		in, out       onnx.Shape
		image, values int
	}{
		{onnx.Dims(7, 3, 10, 20), onnx.Dims(7, 5), 2400, 5},
		{onnx.Shape{onnx.Sym("batch"), onnx.Fixed(3), onnx.Fixed(1), onnx.Fixed(1)}, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(5)}, 12, 5},
		{onnx.Dims(1, 1<<33, 1<<33, 1<<33), nil, 4 << 40, 1},
		{onnx.Dims(1, 0, 1, 1), onnx.Dims[int](), 4, 1},
	} {
		b := onnx.NewBuilder("m", 17)
		b.Input("x", onnx.Float32, c.in)
		b.Node("Made", []string{"x"}, []string{"y"}).In("elsewhere")
		b.Output("y", onnx.Float32, c.out)
		b.Import("elsewhere", 1)
		m, err := b.Model()
		if err != nil {
			t.Fatal(err)
		}
		if image, values := sizes(m); image != c.image || values != c.values {
			t.Errorf("%v to %v: %d bytes, %d numbers", c.in, c.out, image, values)
		}
	}
}

// TestInt8Agrees: an int8 file may differ in class by chance, and not by more.
func TestInt8Agrees(t *testing.T) {
	for _, c := range []struct {
		same, of int
		stated   float64
		ok       bool
	}{
		{256, 256, 1, true},
		{251, 256, 1, true},
		{250, 256, 1, false},
		{61, 64, 0.98, true},
		{58, 64, 0.98, false},
		{0, 64, 0.98, false},
	} {
		err := checkAgreement(onnxexport.Parity{Inputs: c.of, SameClass: c.same}, c.stated)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}
