// Package vm runs a virtual arm64 board: a real kernel, an ssh server, and a
// disk that keeps what was written to it when the power goes.
package vm
