package graph

import (
	"fmt"
	"io"
	"strings"
)

// String names a node with its shape: "%12 Conv[64 16 14 14]".
func (n *Node) String() string {
	name := string(n.Op)
	if n.Name != "" {
		name += " " + n.Name
	}
	return fmt.Sprintf("%%%d %s%v", n.ID, name, []int(n.Shape))
}

// Fprint writes the nodes that outputs need, one per line, in execution order.
func Fprint(w io.Writer, outputs ...*Node) error {
	for _, n := range Reachable(outputs...) {
		var in []string
		for _, x := range n.In {
			in = append(in, fmt.Sprintf("%%%d", x.ID))
		}
		if _, err := fmt.Fprintf(w, "%s(%s)\n", n, strings.Join(in, ", ")); err != nil {
			return err
		}
	}
	return nil
}

// Reachable returns the nodes that outputs need, including outputs, in
// topological order.
func Reachable(outputs ...*Node) []*Node {
	var order []*Node
	seen := map[*Node]bool{}
	var visit func(n *Node)
	visit = func(n *Node) {
		if seen[n] {
			return
		}
		seen[n] = true
		for _, x := range n.In {
			visit(x)
		}
		order = append(order, n)
	}
	for _, n := range outputs {
		visit(n)
	}
	return order
}
