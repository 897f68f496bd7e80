// Package graph is the tensor program on which everything else is built: a small
// intermediate representation in which a forward pass, its gradient and its update
// are ordinary nodes of one graph.
//
// Nodes point to nodes and never change. Building the same node twice gives the
// same pointer, so common subexpressions are computed once. Every operator is one
// row of the table in op.go: how many inputs it takes, its shape rule, and what it
// computes. A mistake of the caller, such as shapes that do not fit, panics with a
// [MisuseError], which [Recover] turns into an error at the border of an exported
// function.
//
// Feature maps are rank-4 tensors [N,C,H,W] marked as maps; everything else
// (weights, vectors, logits) is plain. Only a lowering knows how a map is stored in
// memory.
package graph
