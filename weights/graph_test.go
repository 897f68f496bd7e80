package weights_test

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/internal/chw"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
	"fbnas/train"
)

// logits runs a network with weights on the oracle.
func logits(t *testing.T, blocks []models.Block, values map[string][]float64, images []float32, batch int) []float64 {
	t.Helper()
	net := train.NetworkOf(blocks)
	e := interp.Engine{}
	state, err := e.NewState(net.Specs())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	if err := net.SetValues(state, values); err != nil {
		t.Fatal(err)
	}
	in := blocks[0]
	run, err := e.Compile(net.Evaluate(train.Shape{Batch: batch, Image: chw.Shape{Channels: in.In, Height: in.Height, Width: in.Width}}), state)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	r, err := run.Run(context.Background(), engine.Feeds{train.Images: engine.Floats(images)})
	if err != nil {
		t.Fatal(err)
	}
	return r[train.Logits]
}

// ramp is an image whose numbers reveal any symmetry of a network.
func ramp(n int) []float32 {
	image := make([]float32, n)
	for i := range image {
		image[i] = float32(math.Sin(float64(i)*.7) + float64(i%5)/4)
	}
	return image
}

func differ(a, b []float64) float64 {
	worst := 0.
	for i := range a {
		worst = math.Max(worst, math.Abs(a[i]-b[i]))
	}
	return worst
}

func exported(t *testing.T, arch models.Arch, values map[string][]float64, blocks []models.Block, opset int) string {
	t.Helper()
	m, err := onnxexport.Export(onnxexport.Spec{
		Name: arch.Name, Blocks: blocks, Weights: values, Form: onnxexport.Form{Opset: opset},
		Metadata: onnxexport.Metadata{Architecture: string(arch.YAML()), Classes: []string{"a", "b", "c"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := m.Write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestExportsComeBack: a folded export is read back as weights that compute
// the same, in every form in which an opset writes the operators.
func TestExportsComeBack(t *testing.T) {
	arch, blocks := small(t, 3)
	image := ramp(3 * 16 * 16)
	for _, opset := range []int{13, 14, 17, 18, 21} {
		values := onnxexport.RandomWeights(blocks, 1)
		path := exported(t, arch, values, blocks, opset)
		l, err := load(path, blocks)
		if err != nil {
			t.Fatalf("opset %d: %v", opset, err)
		}
		if len(l.Values) != len(values) || len(l.File.Classes) != 3 || l.File.Arch.Name != "small" {
			t.Errorf("opset %d: %d tensors of %d, classes %v", opset, len(l.Values), len(values), l.File.Classes)
		}
		got, want := logits(t, blocks, l.Values, image, 1), logits(t, blocks, values, image, 1)
		if d := differ(got, want); !(d <= 1e-5) {
			t.Errorf("opset %d: logits %v, want %v", opset, got, want)
		}
	}
}

// TestZooComesBack: every kind of block of the built-in networks is found in its
// export.
func TestZooComesBack(t *testing.T) {
	for _, name := range []string{"fbnetv2_f1", "fbnet_96", "mnv3", "fbnetv3_a0"} {
		arch, err := models.LoadArch(name)
		if err != nil {
			t.Fatal(err)
		}
		arch.Classes = 10
		arch.Input.Height, arch.Input.Width = 64, 64 // the weights do not depend on it
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		// Each number identifies its tensor: random numbers would take long.
		values := map[string][]float64{}
		for i, p := range models.Params(blocks) {
			values[p.Name] = slices.Repeat([]float64{1 + float64(i)/1024}, graph.Shape(p.Shape).Len())
		}
		path := exported(t, arch, values, blocks, 17)
		l, err := load(path, blocks)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, p := range models.Params(blocks) {
			got, want := l.Values[p.Name], values[p.Name]
			if len(got) != len(want) {
				t.Errorf("%s: %s has %d values, want %d", name, p.Name, len(got), len(want))
				continue
			}
			// Values without a folded batch norm did not change.
			if whole := p.Role == models.Bias && strings.Contains(p.Name, "se.") || strings.HasPrefix(p.Name, "head."); whole && got[0] != want[0] {
				t.Errorf("%s: %s is %g, want %g", name, p.Name, got[0], want[0])
			}
		}
	}
}

func TestGraphOfOtherClasses(t *testing.T) {
	arch, blocks := small(t, 3)
	path := exported(t, arch, onnxexport.RandomWeights(blocks, 1), blocks, 17)
	_, five := small(t, 5)
	l, err := load(path, five)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"head.classifier.weight", "head.classifier.bias"}; !slices.Equal(l.Fresh, want) || l.FileClasses != 3 {
		t.Errorf("fresh are %v, want %v", l.Fresh, want)
	}
}

// TestGraphsPart: the error names the layer at which the file and the
// network differ, and the difference.
func TestGraphsPart(t *testing.T) {
	arch, blocks := small(t, 3)
	path := exported(t, arch, onnxexport.RandomWeights(blocks, 1), blocks, 17)
	m, err := onnx.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	m.Proto.MetadataProps = nil // as in another program's file
	if err := m.Write(path); err != nil {
		t.Fatal(err)
	}
	no := false
	for _, c := range []struct {
		says   string
		change func(a *models.Arch)
	}{
		{"blocks.01.depthwise: the file's Conv", func(a *models.Arch) { a.Rows[1].Kernel = 5 }},
		{"stride 2", func(a *models.Arch) { a.Rows[0].Stride = 1 }},
		{"blocks.01.depthwise: the network continues with a convolution, the file with Add", func(a *models.Arch) { a.Rows[1].Residual = &no }},
		{"blocks.02.expand: the network continues with a relu", func(a *models.Arch) { a.Rows[2].Act = "relu" }},
		{"blocks.02", func(a *models.Arch) { a.Rows[2].SE, a.Rows[2].SEAct, a.Rows[2].SERatio = "", "", 0 }},
		{"blocks.02.se.expand", func(a *models.Arch) { a.Rows[2].SE = "sigmoid" }},
		{"blocks.03.expand", func(a *models.Arch) { a.Rows[3].Groups, a.Rows[3].Shuffle = 1, false }},
		{"blocks.03.depthwise", func(a *models.Arch) { a.Rows[3].Shuffle = false }},
		{"blocks.05", func(a *models.Arch) { a.Rows[5] = models.Row{Kind: models.Conv, Out: 32, Kernel: 1, Act: "hswish"} }},
	} {
		other := arch
		other.Rows = slices.Clone(arch.Rows)
		c.change(&other)
		theirs, err := other.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := load(path, theirs); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want %q", err, c.says)
		}
	}
}

func TestOwnArchitectureIsHeld(t *testing.T) {
	arch, blocks := small(t, 3)
	path, _ := written(t, arch, blocks)
	arch.Rows = slices.Clone(arch.Rows)
	arch.Rows[1].Act = "hswish" // same shapes, another function
	theirs, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := load(path, theirs); err == nil || !strings.Contains(err.Error(), "blocks.01 has the activation relu in the file, hswish") {
		t.Errorf("%v", err)
	}
}
