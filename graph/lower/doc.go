// Package lower writes graphs as ONNX. A dialect is one table that says how
// each operator is written and how feature maps lie in memory; nothing above
// this package knows which one is used.
package lower
