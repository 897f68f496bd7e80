package profile

import (
	_ "embed"
	"fmt"

	"fbnas/latency"
	"fbnas/lut"
)

//go:embed sentinel.onnx
var sentinel []byte

// Sentinel returns the small network beside which everything else is timed: one
// fixed file with 1.9 M multiply-accumulates for 3x64x64 images. It is the same
// for every space, device and version, so that tables can be compared and merged
// (docs/decisions/sentinel.md).
func Sentinel() latency.Model { return latency.Model{Name: "sentinel-1", Bytes: sentinel} }

// yardsticks returns the models beside which networks are timed to compare them
// with a table.
func yardsticks(t *lut.Table) (Yardsticks, error) {
	y := Yardsticks{Sentinel: Sentinel()}
	if r := t.Header.Reference; r != nil {
		n, err := formatOf(t).drawn(r.Blocks)
		if err != nil {
			return y, fmt.Errorf("table %s: reference network: %w", t.Path, err)
		}
		y.Reference = &n.Model
	}
	return y, checkYardsticks(t, y)
}
