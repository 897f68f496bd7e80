// Package grad differentiates a graph in reverse mode: one loop over a table
// of vector-Jacobian rules. Gradients are ordinary nodes of the same graph.
package grad
