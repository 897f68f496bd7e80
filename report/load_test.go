package report

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/search"
)

// pipeline writes a folder like the demo's: a search, two trainings, the first
// of the found network, and a summary.
func pipeline(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	space, err := models.LoadSpace("demo")
	if err != nil {
		t.Fatal(err)
	}
	selection := make(models.Selection, len(space.Choices()))
	found := arch(t, space, selection)
	for i, c := range space.Choices() {
		selection[i] = len(c.Options) - 1
	}
	other := arch(t, space, selection)

	write(t, filepath.Join(dir, "search"), "search", map[string]any{"space": string(space.YAML())}, func(d *rundir.Dir) {
		for step := 1; step <= 1000; step++ {
			log(t, d, step, "weights", map[string]float64{"loss": 2, "top1": 0.5, "lr": 0.1, "temperature": 5})
			log(t, d, step, "choices", map[string]float64{"loss": 2, "cost": 1400, "limit": 1300, "lambda": math.NaN(), "temperature": 5})
		}
		first := space.Choices()[0]
		for _, step := range []int{1, 1000} {
			log(t, d, step, "probabilities", map[string]float64{first.Name + "/0": 0.75, first.Name + "/1": 0.25})
		}
		if err := os.WriteFile(filepath.Join(d.Path(), "arch.yaml"), found.YAML(), 0o644); err != nil {
			t.Fatal(err)
		}
		finish(t, d, search.Summary{Results: []search.Found{{Target: 1300, Estimate: lut.Estimate{Cost: 1250}, File: "arch.yaml"}}, Epochs: 3, Seed: 7})
	})
	for name, a := range map[string]models.Arch{"train": found, "baseline": other} {
		write(t, filepath.Join(dir, name), "train", map[string]any{"arch": string(a.YAML())}, func(d *rundir.Dir) {
			log(t, d, 1, "train", map[string]float64{"loss": 2, "top1": 0.25, "lr": 0.1})
			finish(t, d, map[string]any{"top1": 0.9, "test_images": 10000, "epochs": 4, "seconds": 12.5})
		})
	}
	summary, err := json.Marshal(Report{
		Networks: []Network{{Name: "the found one", Run: "train", Bench: &Bench{LatencyUS: 1234, TargetUS: 1300}}},
		Stages:   []Stage{{"search", 100}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "summary.json"), summary, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func arch(t *testing.T, space models.Space, selection models.Selection) models.Arch {
	t.Helper()
	a, err := space.Arch(selection, 10)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func write(t *testing.T, path, verb string, config any, fill func(*rundir.Dir)) {
	t.Helper()
	d, err := rundir.Create(path, verb, config, rundir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fill(d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func log(t *testing.T, d *rundir.Dir, step int, kind string, values map[string]float64) {
	t.Helper()
	if err := d.Log(step, kind, values); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, d *rundir.Dir, summary any) {
	t.Helper()
	if err := d.Finish(summary); err != nil {
		t.Fatal(err)
	}
}

func TestLoadPipeline(t *testing.T) {
	r, err := Load(pipeline(t))
	if err != nil {
		t.Fatal(err)
	}
	s := r.Search
	if s == nil || s.Space != "demo" || s.Seed != 7 || len(s.Results) != 1 || len(s.Results[0].Blocks) == 0 {
		t.Fatalf("search: %+v", s)
	}
	if len(s.Loss) != curvePoints || len(s.Expected) != curvePoints || s.Limit[0].Y != 1300 {
		t.Errorf("curves of %d and %d points", len(s.Loss), len(s.Expected))
	}
	first := s.Choices[0].Options[0]
	if len(first.Probability) != 2 || first.Probability[1] != (Point{1000, 0.75}) || first.Label == "" {
		t.Errorf("first option: %+v", first)
	}
	if len(r.Networks) != 2 || len(r.Stages) != 3 || len(r.Settings) != 3 {
		t.Fatalf("%d networks, %d stages, %d settings", len(r.Networks), len(r.Stages), len(r.Settings))
	}
	found, other := r.Networks[0], r.Networks[1]
	if !found.Found || found.Name != "the found one" || found.PredictedUS != 1250 || found.Train.Top1 != 0.9 || found.Bench == nil || found.MACs == 0 {
		t.Errorf("found: %+v", found)
	}
	if other.Found || other.Name != "baseline" || len(other.Train.Loss) != 1 {
		t.Errorf("other: %+v", other)
	}
	if want := "Found a network that runs in 1.23 ms (limit 1.30 ms) with 90.0 % top-1"; !strings.HasPrefix(Headline(r), want) {
		t.Errorf("headline %q", Headline(r))
	}
	wellFormed(t, strings.TrimPrefix(page(t, r), "<!DOCTYPE html>\n"))
}

// A run that was stopped has curves, but neither result nor summary.
func TestLoadUnfinished(t *testing.T) {
	path := filepath.Join(t.TempDir(), "train-3")
	write(t, path, "train", map[string]any{"data": "x"}, func(d *rundir.Dir) {
		log(t, d, 1, "train", map[string]float64{"loss": 2, "top1": 0.25})
		log(t, d, 2, "train", map[string]float64{"loss": 1, "top1": 0.5})
	})
	r, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := Headline(r); got != "Train-3 has not been tested." {
		t.Errorf("headline %q", got)
	}
	if n := r.Networks[0]; len(n.Train.Loss) != 2 || n.Train.Top1 != 0 {
		t.Errorf("network %+v", n)
	}
}

func TestLoadTable(t *testing.T) {
	r, err := Load("../lut/testdata/v1.lut")
	if err != nil {
		t.Fatal(err)
	}
	if r.Table == nil || r.Table.Rows == 0 || r.Table.Device == "" {
		t.Errorf("table: %+v", r.Table)
	}
	wellFormed(t, strings.TrimPrefix(page(t, r), "<!DOCTYPE html>\n"))
}

func TestLoadRefuses(t *testing.T) {
	file := func(name, content string) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	for _, c := range []struct{ name, path, want string }{
		{"nothing there", filepath.Join(t.TempDir(), "none"), "no such file"},
		{"an empty folder", t.TempDir(), "there is no run in"},
		{"no summary", file("summary.json", "[]"), "summary.json: json"},
		{"no run", file("config.yaml", "version: 9"), "config.yaml"},
		{"no table", filepath.Join(file("x.lut", "hello\n"), "x.lut"), "x.lut"},
		{"too large", filepath.Join(file("x.json", strings.Repeat(" ", maxDocument+1)), "x.json"), "x.json: it is over the limit"},
	} {
		_, err := Load(c.path)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if err != nil && fault.HintOf(err) == "" {
			t.Errorf("%s: no hint in %v", c.name, err)
		}
	}
}
