// Package enginetest has the tests that every engine and every rule has to pass:
// one table of small cases that covers each operator of the graph, and the
// suite of programs whose results an engine has to share with the oracle.
package enginetest
