// Package grad differentiates a graph in reverse mode.
//
// [Of] walks from the outputs back to the nodes that it differentiates by. At
// each node a rule (rules.go, one row for each operator) turns the gradient of the
// result into gradients of the inputs; the gradients of a node with several readers
// are added. Nodes that no requested gradient depends on are skipped.
//
// Gradients are ordinary nodes of the same graph: they are optimised, lowered and
// run like any other. A test checks every rule
// against central differences in float64.
package grad
