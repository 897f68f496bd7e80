package train_test

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"fbnas/engine"
	"fbnas/engine/interp"
	"fbnas/models"
	"fbnas/nn"
	"fbnas/train"
)

// deep has three residual blocks.
func deep(t *testing.T) []models.Block {
	t.Helper()
	row := "  - {kind: ir, out: 4, kernel: 3, expansion: 2, act: hswish}\n"
	arch, err := models.ParseArch([]byte(strings.Replace(small, "  - {kind: ir_pool", row+row+"  - {kind: ir_pool", 1)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := arch.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDropRates: they grow linearly over the residual blocks, whole images are
// dropped there and single features before the classifier, and what is fed is
// 1 in the mean.
func TestDropRates(t *testing.T) {
	const batch, steps = 64, 200
	c := train.Config{Batch: batch, Seed: 1, Techniques: train.Techniques{DropPath: 0.6, Dropout: 0.25}}
	net := c.Network(deep(t))
	dropped, sum, count := map[string]float64{}, map[string]float64{}, map[string]float64{}
	for step := range steps {
		for name, f := range net.Feeds(c, step) {
			layer := strings.TrimPrefix(name, "gate/")
			channels := len(f.Floats) / batch
			for i, v := range f.Floats {
				if layer != "head" && v != f.Floats[i/channels*channels] {
					t.Fatalf("%s: the channels of image %d have different gates", layer, i/channels)
				}
				if v == 0 {
					dropped[layer]++
				}
				sum[layer], count[layer] = sum[layer]+float64(v), count[layer]+1
			}
		}
	}
	want := map[string]float64{"blocks.01": 0.2, "blocks.02": 0.4, "blocks.03": 0.6, "head": 0.25}
	if len(dropped) != len(want) {
		t.Errorf("dropped %v, want %v", dropped, want)
	}
	for layer, rate := range want {
		if got, mean := dropped[layer]/count[layer], sum[layer]/count[layer]; math.Abs(got-rate) > 0.02 || math.Abs(mean-1) > 0.04 {
			t.Errorf("%s: %.3f are dropped, want %g; the mean is %.3f", layer, got, rate, mean)
		}
	}
	if a, b := net.Feeds(c, 3), net.Feeds(c, 3); !reflect.DeepEqual(a, b) || reflect.DeepEqual(a, net.Feeds(c, 4)) {
		t.Error("gates are no function of the step")
	}
	apart, feeds := false, net.Feeds(c, 3)
	for i, v := range feeds[nn.GateOf("blocks.02")].Floats { // under the lower rate
		apart = apart || v == 0 && feeds[nn.GateOf("blocks.03")].Floats[i] > 0
	}
	if !apart {
		t.Error("two layers are dropped together")
	}
	c.Freeze = "3"
	if fed := c.Network(deep(t)).Feeds(c, 0); len(fed) != 2 { // the last branch and the classifier
		t.Errorf("frozen blocks are dropped too: %d feeds", len(fed))
	}
}

// TestADroppedBranchIsTheIdentity: with every branch closed, what is inside
// them has no influence on the loss, and no gradient.
func TestADroppedBranchIsTheIdentity(t *testing.T) {
	c := every()
	c.Batch, c.Freeze = 16, ""
	step := drawn(t, interp.Engine{}, c, func(f engine.Feeds) {
		for name, feed := range f {
			if strings.HasPrefix(name, nn.GateOf("blocks.")) {
				clear(feed.Floats)
			}
		}
	})
	for name := range step.before {
		v, inside := step.after[name], strings.HasPrefix(name, "blocks.01.") || strings.HasPrefix(name, "blocks.02.") || strings.HasPrefix(name, "blocks.03.")
		if !inside || strings.HasSuffix(name, ".mean") || strings.HasSuffix(name, ".var") || strings.HasSuffix(name, ".weight") {
			continue // statistics move, weights decay
		}
		if !slices.Equal(v, step.before[name]) {
			t.Errorf("%s has moved", name)
		}
	}
}
