package search

import (
	"context"
	"slices"
	"testing"

	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/graph"
)

// Sandwich steps train the largest network, the smallest, and between them single
// networks in which every option comes, whatever the choices have learned.
func TestSandwichTrainsSingleNetworks(t *testing.T) {
	space := tinySpace(t)
	c := DefaultConfig()
	c.Sampling = Sandwich
	r := &runner{Job: Job{Config: c}, super: NewSupernet(space, classes)}
	g := graph.New()
	program := &engine.Program{Name: "draw", Graph: g}
	for i, w := range r.super.gumbel(g) {
		program.Returns = append(program.Returns, engine.Binding{Name: r.super.choices[i].Name, Node: w})
	}
	state, err := (interp.Engine{}).NewState(r.super.specs())
	if err != nil {
		t.Fatal(err)
	}
	defer state.Close()
	for _, c := range r.super.choices { // sure of the first option
		z := make([]float64, len(c.Options))
		z[0] = 30
		if err := state.Set(logits+c.Name, z); err != nil {
			t.Fatal(err)
		}
	}
	run, err := (interp.Engine{}).Compile(program, state)
	if err != nil {
		t.Fatal(err)
	}
	defer run.Close()
	seen := map[string][]int{}
	for step := range 80 {
		results, err := run.Run(context.Background(), r.draw(step, 5))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range r.super.choices {
			w := results[c.Name]
			picked := slices.Index(w, slices.Max(w))
			want := map[int]int{0: len(w) - 1, 2: 0}
			if fixed, ok := want[step%4]; w[picked] < 1-1e-12 || ok && picked != fixed {
				t.Fatalf("step %d weighs %s by %v", step, c.Name, w)
			}
			if step%2 == 1 {
				seen[c.Name] = append(seen[c.Name], picked)
			}
		}
	}
	for _, c := range r.super.choices {
		for i := range c.Options {
			if !slices.Contains(seen[c.Name], i) {
				t.Errorf("option %d of %s was never drawn", i, c.Name)
			}
		}
	}
}
