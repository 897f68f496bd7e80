package weights_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"fbnas/models"
	"fbnas/onnxexport"
	"fbnas/weights"
)

// FuzzOpen: any file is read or refused; memory stays in
// proportion to its size, and a Whole result has every tensor.
func FuzzOpen(f *testing.F) {
	seeds := []string{saved(f, claimed())}
	for _, name := range []string{"folded.onnx", "batchnorm.onnx", "byhand.onnx", "timm.pth", "mobile_vision.pth"} {
		seeds = append(seeds, filepath.Join("testdata", name))
	}
	for _, path := range seeds {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	arch := models.Arch{
		Name: "tiny", Input: models.Input{Channels: 3, Height: 16, Width: 16}, Classes: 3, Rounding: models.Rounding{Divisor: 8},
		Rows: []models.Row{{Kind: models.Conv, Out: 8, Kernel: 3, Stride: 2, Act: "hswish", Bias: true}, {Kind: models.IR, Out: 8, Kernel: 3, Expansion: 1, Act: "relu"}},
	}
	blocks, err := arch.Resolve()
	if err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "x")
	if err := (weights.Network{Arch: arch, Values: onnxexport.RandomWeights(blocks, 1)}).Write(path); err != nil {
		f.Fatal(err)
	}
	own, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(own)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		before := allocated()
		l, err := load(path, blocks)
		if used, limit := allocated()-before, uint64(64<<20+4096*len(data)); used > limit {
			t.Errorf("%d bytes of file took %d bytes of memory", len(data), used)
		}
		if err != nil {
			return
		}
		for _, p := range models.Params(blocks) {
			if l.Values[p.Name] == nil && len(l.Fresh) == 0 {
				t.Errorf("%s is missing", p.Name)
			}
		}
	})
}

func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}
