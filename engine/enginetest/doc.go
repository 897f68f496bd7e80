// Package enginetest holds what every engine and every rule is tested with:
// one table of small cases that covers each operator of the graph, and the
// suite of programs that an engine has to run as the oracle does.
package enginetest
