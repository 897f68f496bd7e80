//go:build !race

package onnxexport_test

const raced = false
