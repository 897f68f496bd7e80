//go:build race

package onnxgo

const raced = true
