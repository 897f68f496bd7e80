package weights

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"fbnas/models"
)

// listed is a file with the tensors of a list, one per line: name and
// lengths. All elements are ones.
func listed(t *testing.T, path string) *File {
	t.Helper()
	list, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	f := &File{Path: path}
	for lines := bufio.NewScanner(list); lines.Scan(); {
		words := strings.Fields(lines.Text())
		shape := []int{}
		for _, word := range words[1:] {
			n, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			shape = append(shape, n)
		}
		f.tensors = append(f.tensors, ones(words[0], shape))
	}
	return f
}

func ones(name string, shape []int) tensor {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return tensor{name, shape, func() ([]float64, error) { return slices.Repeat([]float64{1}, n), nil }}
}

func resolved(t *testing.T, a models.Arch) []models.Block {
	t.Helper()
	blocks, err := a.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return blocks
}

// TestMobileNetV2OfTorchvision: every tensor of torchvision's own class has
// a place in our network.
func TestMobileNetV2OfTorchvision(t *testing.T) {
	arch, err := models.LoadArch("mnv2")
	if err != nil {
		t.Fatal(err)
	}
	l, err := listed(t, "testdata/torchvision.mobilenet_v2.txt").Match(resolved(t, arch))
	if err != nil {
		t.Fatal(err)
	}
	if l.Names != "torchvision mobilenet_v2" || !strings.Contains(l.Note, "ReLU6") {
		t.Errorf("names of %q, note %q", l.Names, l.Note)
	}
	if err := l.Whole(); err != nil {
		t.Error(err)
	}
}

// TestMobileNetV3OfTorchvision: the same with blocks that have squeeze-excite.
// torchvision has a bias that our ir_pool lacks; it must not be dropped
// silently.
func TestMobileNetV3OfTorchvision(t *testing.T) {
	row := func(mid, out, kernel, stride, squeeze int, act string) models.Row {
		r := models.Row{Kind: models.IR, Mid: mid, Out: out, Kernel: kernel, Stride: stride, Act: act, Squeeze: squeeze}
		if squeeze > 0 {
			r.SE, r.SEAct = "hsigmoid", "relu"
		}
		return r
	}
	arch := models.Arch{
		Name: "mobilenet_v3_large", Input: models.Input{Channels: 3, Height: 224, Width: 224}, Classes: 1000, Rounding: models.Rounding{Divisor: 8},
		Rows: []models.Row{
			{Kind: models.Conv, Out: 16, Kernel: 3, Stride: 2, Act: "hswish"},
			row(16, 16, 3, 1, 0, "relu"), row(64, 24, 3, 2, 0, "relu"), row(72, 24, 3, 1, 0, "relu"),
			row(72, 40, 5, 2, 24, "relu"), row(120, 40, 5, 1, 32, "relu"), row(120, 40, 5, 1, 32, "relu"),
			row(240, 80, 3, 2, 0, "hswish"), row(200, 80, 3, 1, 0, "hswish"), row(184, 80, 3, 1, 0, "hswish"), row(184, 80, 3, 1, 0, "hswish"),
			row(480, 112, 3, 1, 120, "hswish"), row(672, 112, 3, 1, 168, "hswish"),
			row(672, 160, 5, 2, 168, "hswish"), row(960, 160, 5, 1, 240, "hswish"), row(960, 160, 5, 1, 240, "hswish"),
			{Kind: models.IRPool, Mid: 960, Out: 1280, Act: "hswish"},
		},
		Head: models.HeadRow{Bias: true},
	}
	blocks := resolved(t, arch)
	l, err := listed(t, "testdata/torchvision.mobilenet_v3_large.txt").Match(blocks)
	if err != nil {
		t.Fatal(err)
	}
	if l.Missing != nil || l.Misfits != nil || !slices.Equal(l.Unused, []string{"classifier.0.bias"}) {
		t.Errorf("missing %v, misfits %v, unused %v", l.Missing, l.Misfits, l.Unused)
	}
	// Its batch norms add 1e-3, ours 1e-5.
	if v := l.Values["blocks.00.conv.bn.var"][0]; v != 1+1e-3-1e-5 {
		t.Errorf("a variance of 1 becomes %g", v)
	}
}

// zoo is the part of models' testdata/zoo.json about the stages that the
// publisher numbers.
type zoo struct {
	Models []struct {
		Name   string
		Family string
		Stages [][]struct {
			Kind   string
			Out    int
			Stride int
			Repeat int
		}
	}
}

// TestMobileVisionNumbersTheZoo compares the order in which we find the blocks of
// published files with the published stages:
// xifSTAGE_BLOCK counts every block of a stage, repeated and empty ones too.
func TestMobileVisionNumbersTheZoo(t *testing.T) {
	data, err := os.ReadFile("../models/testdata/zoo.json")
	if err != nil {
		t.Fatal(err)
	}
	var list zoo
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	for _, m := range list.Models {
		arch, err := models.LoadArch(strings.ToLower(m.Name))
		if err != nil {
			t.Fatal(err)
		}
		blocks := resolved(t, arch)
		var prefixes []string
		for s, stage := range m.Stages {
			at := 0
			for _, b := range stage {
				for range max(1, b.Repeat) {
					prefixes = append(prefixes, fmt.Sprintf("backbone.stages.xif%d_%d.", s, at))
					at++
				}
			}
		}
		prefixes = append(prefixes, "head.")
		if len(prefixes) != len(blocks) {
			t.Fatalf("%s: %d blocks published, %d ours", m.Name, len(prefixes), len(blocks))
		}
		f, want := published(blocks, prefixes)
		f.Path = m.Name
		names := map[string]bool{}
		for _, x := range f.tensors {
			names[x.name] = true
		}
		byName, why := families[0].translated(blocks, names)
		for ours, theirs := range want {
			if byName[ours] != theirs {
				t.Errorf("%s: %s is %s, want %s; %s", m.Name, ours, byName[ours], theirs, why)
			}
		}
		for _, x := range byName {
			delete(names, x)
		}
		maps.DeleteFunc(names, func(name string, _ bool) bool { return strings.HasSuffix(name, ".num_batches_tracked") })
		if len(names) > 0 || why != "" {
			t.Errorf("%s: %d names are left, %s", m.Name, len(names), why)
		}
		if m.Name != "FBNetV2_F1" {
			continue // other weights add nothing to the test
		}
		l, err := f.Match(blocks)
		if err == nil {
			err = l.Whole()
		}
		if err != nil || l.Names != "mobile-vision" {
			t.Errorf("%s: %s: %v", m.Name, l.Names, err)
		}
	}
}

// published is a file with the tensors of a network whose blocks are named
// by prefixes, as in mobile-vision, and the map from our names of the weights to
// its names.
func published(blocks []models.Block, prefixes []string) (*File, map[string]string) {
	suffixes := map[string]string{
		"conv.conv": "conv", "skip.conv": "conv.conv", "head.classifier": "conv",
		"ir.expand": "pw.conv", "ir.depthwise": "dw.conv", "ir.se.reduce": "se.se.0.conv", "ir.se.expand": "se.se.1", "ir.project": "pwl.conv",
		"ir_pool.expand": "pw.conv", "ir_pool.project": "pwl.conv",
	}
	f, names := &File{}, map[string]string{}
	for i, b := range blocks {
		for _, c := range b.Convolutions() {
			name := prefixes[i] + suffixes[string(b.Kind)+"."+c.Name]
			f.tensors = append(f.tensors, ones(name+".weight", c.WeightShape()))
			names[models.BlockName(b, i)+"."+c.Name+".weight"] = name + ".weight"
			if c.Bias {
				f.tensors = append(f.tensors, ones(name+".bias", []int{c.Out}))
			}
			if c.BatchNorm {
				norm := strings.TrimSuffix(name, "conv") + "bn."
				for _, role := range []string{"weight", "bias", "running_mean", "running_var"} {
					f.tensors = append(f.tensors, ones(norm+role, []int{c.Out}))
				}
				f.tensors = append(f.tensors, ones(norm+"num_batches_tracked", []int{}))
			}
		}
	}
	return f, names
}

// TestOtherNumberOfBlocks: the error says so instead of comparing shapes that do not
// belong together.
func TestOtherNumberOfBlocks(t *testing.T) {
	arch, err := models.LoadArch("mnv2")
	if err != nil {
		t.Fatal(err)
	}
	arch.Rows = slices.Clone(arch.Rows)
	arch.Rows[3].Repeat--
	l, err := listed(t, "testdata/torchvision.mobilenet_v2.txt").Match(resolved(t, arch))
	if err != nil || !slices.Contains(l.Misfits, "the file has weights for 20 blocks, the network for 19") {
		t.Errorf("%v, %v", err, l.Misfits)
	}
}

// TestPaddingOfTimm: timm's FBNetV3 has the same shapes as ours, but other paddings.
func TestPaddingOfTimm(t *testing.T) {
	arch, err := models.LoadArch("fbnetv3_b")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		says := len(f.otherwise(resolved(t, arch))) > 0
		if says != (f.name != "mobile-vision") {
			t.Errorf("%s: a difference is seen: %v", f.name, says)
		}
	}
}
