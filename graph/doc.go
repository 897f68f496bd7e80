// Package graph is the tensor program that everything else is made of: a small
// semantic intermediate representation in which a forward pass, its gradient
// and its update are ordinary nodes of one graph.
//
// Nodes point to nodes and never change. Every operator is one row of the
// table in op.go. Feature maps are rank-4 tensors [N,C,H,W] marked as maps;
// everything else (weights, vectors, logits) is plain. Only a lowering knows
// how a map lies in memory.
package graph
