package profile

import (
	_ "embed"

	"fbnas/latency"
)

//go:embed sentinel.onnx
var sentinel []byte

// Sentinel returns the reference network that is timed beside everything else:
// one fixed file of 1.9 M multiply-accumulates for 3x64x64, the same for every
// space, device and version, so that tables can be compared and merged
// (docs/decisions/sentinel.md).
func Sentinel() latency.Model { return latency.Model{Name: "sentinel-1", Bytes: sentinel} }
