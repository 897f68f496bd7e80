package engine

import (
	"errors"
	"fmt"

	"fbnas/graph"
)

// Spec declares one tensor of a state.
type Spec struct {
	Name  string
	Shape graph.Shape
}

// Binding gives a node of a program a name outside it.
type Binding struct {
	Name string
	Node *graph.Node
}

// Program is a computation on a state: what it reads, takes as feeds, writes and
// returns. Inputs of the graph whose names are in the state are read from it;
// all others are feeds.
type Program struct {
	Name    string
	Graph   *graph.Graph
	Writes  []Binding // state tensors, replaced together after the run
	Returns []Binding
}

// Outputs are the nodes that a run computes: first the writes, then the returns.
func (p *Program) Outputs() []*graph.Node {
	var nodes []*graph.Node
	for _, b := range p.Writes {
		nodes = append(nodes, b.Node)
	}
	for _, b := range p.Returns {
		nodes = append(nodes, b.Node)
	}
	return nodes
}

// Interface is what a program needs from outside, for one state.
type Interface struct {
	Reads []*graph.Node // inputs that are in the state
	Feeds []*graph.Node // all other inputs
}

// Resolve splits the program's inputs into reads and feeds, and reports all
// mismatches with the state at once.
func (p *Program) Resolve(specs []Spec) (Interface, error) {
	shapes := map[string]graph.Shape{}
	for _, s := range specs {
		shapes[s.Name] = s.Shape
	}
	var out Interface
	var problems []error
	for _, n := range graph.Reachable(p.Outputs()...) {
		if n.Op != graph.Input {
			continue
		}
		shape, ok := shapes[n.Name]
		switch {
		case !ok:
			out.Feeds = append(out.Feeds, n)
		case !shape.Equal(n.Shape) || n.DType != graph.Float:
			problems = append(problems, fmt.Errorf("reads %s as %v, the state has %v", n.Name, n.Shape, shape))
		default:
			out.Reads = append(out.Reads, n)
		}
	}
	written := map[string]bool{}
	for _, w := range p.Writes {
		if shape, ok := shapes[w.Name]; !ok || !shape.Equal(w.Node.Shape) {
			problems = append(problems, fmt.Errorf("writes %s as %v, the state has %v", w.Name, w.Node.Shape, shape))
		}
		if written[w.Name] {
			problems = append(problems, fmt.Errorf("writes %s twice", w.Name))
		}
		written[w.Name] = true
	}
	if len(problems) > 0 {
		return out, fmt.Errorf("program %s: %w", p.Name, errors.Join(problems...))
	}
	return out, nil
}

// CheckFeeds verifies that feeds contain everything that the interface needs;
// other feeds are ignored.
func (i Interface) CheckFeeds(feeds Feeds) error {
	for _, n := range i.Feeds {
		f, ok := feeds[n.Name]
		got := len(f.Floats)
		if n.DType == graph.Int {
			got = len(f.Ints)
		}
		if !ok || got != n.Shape.Len() {
			return fmt.Errorf("feed %s has %d elements, the program wants the shape %v", n.Name, got, n.Shape)
		}
	}
	return nil
}
