package models

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
	"fbnas/internal/yamlform"
)

// Each file in testdata/bad has the problems that stand in the .txt beside it.
func TestEveryProblemAtOnce(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("no bad files", err)
	}
	for _, path := range files {
		read := func(path string) error { _, err := ReadArch(path); return err }
		if strings.HasPrefix(filepath.Base(path), "space") {
			read = func(path string) error { _, err := ReadSpace(path); return err }
		}
		err := read(path)
		if err == nil {
			t.Errorf("%s: no problem found", path)
			continue
		}
		if fault.CodeOf(err) != fault.Usage || fault.HintOf(err) == "" {
			t.Errorf("%s: code %s, hint %q", path, fault.CodeOf(err), fault.HintOf(err))
		}
		golden := strings.TrimSuffix(path, ".yaml") + ".txt"
		if *update {
			if err := os.WriteFile(golden, []byte(err.Error()+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, readErr := os.ReadFile(golden)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if d := cmp.Diff(string(want), err.Error()+"\n"); d != "" {
			t.Errorf("%s: %s", path, d)
		}
	}
}

func TestResolveWithoutAFile(t *testing.T) {
	a := Arch{Name: "x", Input: Input{Channels: 1, Height: 8, Width: 8}, Classes: 2, Rounding: Rounding{Divisor: 1}, Rows: []Row{{Kind: Conv, Out: 4, Kernel: 2, Act: "relu"}}}
	_, err := a.Resolve()
	if err == nil || !strings.Contains(err.Error(), "blocks[0].kernel: is 2, want an odd size") {
		t.Errorf("got %v", err)
	}
}

func TestMissingFileIsNamed(t *testing.T) {
	if _, err := LoadArch("no-such.yaml"); err == nil || !strings.Contains(err.Error(), "no-such.yaml") {
		t.Errorf("got %v", err)
	}
	path := filepath.Join(t.TempDir(), "big.yaml")
	if err := os.WriteFile(path, make([]byte, yamlform.MaxBytes+1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSpace(path); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseArch(f *testing.F) {
	seed(f, "zoo/*.yaml", "testdata/bad/arch*.yaml")
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseArch(data)
		if err != nil {
			return
		}
		back, err := ParseArch(a.YAML())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(a, back); d != "" {
			t.Fatal(d)
		}
		blocks, err := a.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if n := Count(blocks); n.MACs < 0 || n.Params < n.ConvWeights || n.FLOPsWithPool < n.MACs {
			t.Fatalf("counts overflow: %+v", n)
		}
	})
}

func FuzzParseSpace(f *testing.F) {
	seed(f, "spaces/*.yaml", "testdata/bad/space*.yaml")
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ParseSpace(data)
		if err != nil {
			return
		}
		back, err := ParseSpace(s.YAML())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, back); d != "" {
			t.Fatal(d)
		}
		for _, sel := range []Selection{s.Smallest(), s.Largest()} {
			a, err := s.Arch(sel, 10)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Resolve(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func seed(f *testing.F, patterns ...string) {
	for _, pattern := range patterns {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
}
