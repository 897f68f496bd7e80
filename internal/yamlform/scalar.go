package yamlform

import (
	"fmt"
	"math"

	"github.com/goccy/go-yaml/ast"
)

func (r *reader) set(ok bool, node ast.Node, path, want string) {
	if !ok {
		r.add(node, path, "is %s, want %s", describe(node), want)
	}
}

func read[T any](node ast.Node, to *T, as func(ast.Node) (T, bool)) bool {
	v, ok := as(node)
	*to = v
	return ok
}

func text(node ast.Node) (string, bool) {
	n, ok := node.(*ast.StringNode)
	if !ok {
		return "", false
	}
	return n.Value, true
}

func truth(node ast.Node) (bool, bool) {
	n, ok := node.(*ast.BoolNode)
	return ok && n.Value, ok
}

func integer(node ast.Node) (int, bool) {
	n, ok := node.(*ast.IntegerNode)
	if !ok {
		return 0, false
	}
	switch v := n.Value.(type) {
	case int64:
		return int(v), v == int64(int(v))
	case uint64:
		return int(v), v <= math.MaxInt
	}
	return 0, false
}

func float(node ast.Node) (float64, bool) {
	if n, ok := node.(*ast.FloatNode); ok {
		return n.Value, true
	}
	i, ok := integer(node)
	return float64(i), ok
}

func describe(node ast.Node) string {
	switch n := node.(type) {
	case nil, *ast.NullNode:
		return "empty"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		return "an anchor, alias or tag"
	default:
		return fmt.Sprintf("%.40q", n.String())
	}
}
