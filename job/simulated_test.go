package job

import (
	"path/filepath"
	"testing"
	"time"

	"fbnas/internal/atomicfile"
	"fbnas/internal/rundir"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
	"fbnas/profile/profiletest"
	"fbnas/search"
)

// smallSpace has 12 networks of one block each.
func smallSpace(t *testing.T) models.Space {
	t.Helper()
	s, err := models.ParseSpace([]byte(`version: 1
name: small
input: {channels: 1, height: 8, width: 8}
rounding: {divisor: 1}
width: stage
stem: {kernel: 3, stride: 2, width: 4, act: relu}
stages:
  - {blocks: 1, width: [4, 8], expansion: [1, 2, 3], kernel: [3, 5], act: relu}
head: {bias: true}
`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// simulated is the table of a space on a device that is none, of the graphs that
// this fbnas exports.
func simulated(t *testing.T, space models.Space) *lut.Table {
	t.Helper()
	plan := profile.NewPlan(space, 10, 1, profile.Format{})
	exported := plan.Export
	plan.Sentinel, plan.Networks = profiletest.Model("sentinel", 200), nil
	plan.Export = func(b models.Block) (latency.Model, string, error) {
		_, graph, err := exported(b)
		m, _, _ := profiletest.Export(b)
		return m, graph, err
	}
	return profiletest.Profiled(t, profiletest.NewDevice(), plan)
}

// finished is the folder of a search that found the largest network of a space
// for 5 µs less than its target.
func finished(t *testing.T, folder string, space models.Space, c SearchConfig, began time.Time) *SearchRun {
	t.Helper()
	sel := space.Largest()
	arch, err := space.Arch(sel, 10)
	if err != nil {
		t.Fatal(err)
	}
	c.Space = string(space.YAML())
	dir, err := rundir.Create(folder, "search", c, rundir.Options{Now: func() time.Time { return began }})
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if err := atomicfile.WriteBytes(filepath.Join(folder, archName), arch.YAML()); err != nil {
		t.Fatal(err)
	}
	s := search.Summary{Results: []search.Found{{Target: 100, Limit: 98, Estimate: lut.Estimate{Cost: 95}, File: archName}}}
	for i, choice := range space.Choices() {
		s.Choices = append(s.Choices, search.Decided{Name: choice.Name, Chosen: choice.Options[sel[i]]})
	}
	if err := dir.Finish(s); err != nil {
		t.Fatal(err)
	}
	run, err := OpenSearch(folder)
	if err != nil {
		t.Fatal(err)
	}
	return run
}
