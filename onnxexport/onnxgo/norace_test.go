//go:build !race

package onnxgo

const raced = false
