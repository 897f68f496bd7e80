package onnx

import "maps"

// maxOpset is the newest standard opset that the table covers.
const maxOpset = 21

// operatorIndex finds rows of the operator table; the rows of one name are in
// the order of their opsets.
var operatorIndex = func() map[[2]string][]*operator {
	index := map[[2]string][]*operator{}
	for domain, table := range domains {
		for row := range table {
			key := [2]string{domain, table[row].name}
			index[key] = append(index[key], &table[row])
		}
	}
	return index
}()

// lookup is the signature of an operator in an opset; nil if the
// table has none.
func lookup(domain, name string, opset int64) *operator {
	var found *operator
	for _, op := range operatorIndex[[2]string{canonical(domain), name}] {
		if op.since <= opset {
			found = op
		}
	}
	return found
}

// Knows reports whether the table has an operator at an opset of its domain, and so
// whether InferShapes has a rule for it.
func Knows(domain, name string, opset int64) bool { return lookup(domain, name, opset) != nil }

// with is a table of base and more.
func with(base, more attrs) attrs {
	all := maps.Clone(base)
	maps.Copy(all, more)
	return all
}

// irVersionOf is the IR version of the ONNX release that introduced an opset.
func irVersionOf(opset int64) int64 {
	switch {
	case opset <= 14:
		return 7
	case opset <= 18:
		return 8
	case opset <= 20:
		return 9
	}
	return 10
}
