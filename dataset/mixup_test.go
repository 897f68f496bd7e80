package dataset

import (
	"math"
	"testing"

	"fbnas/internal/chw"
	"fbnas/internal/random"
)

// TestMixup: every image consists of the batch's share of itself and the rest of the
// other, and its own label is that of the larger part.
func TestMixup(t *testing.T) {
	set := makeSet(t, 11, 11, chw.Shape{Channels: 1, Height: 3, Width: 3}, 1)
	plain := LoaderOptions{Batch: 4, Seed: 3, Purpose: "weights", Shuffle: true, Epochs: 2}
	mixed := plain
	mixed.Mixup = 0.5
	want, got := collect(t, started(t, set.Train, plain, 0), 100), collect(t, started(t, set.Train, mixed, 0), 100)
	shares := map[float32]bool{}
	for step, b := range got {
		for k := range b.N {
			other, share := b.N-1-k, b.Shares[k]
			shares[share] = true
			if b.Labels[k] != want[step].Labels[k] || b.Others[k] != want[step].Labels[other] || share < 0.5 || share > 1 {
				t.Fatalf("step %d, image %d: labels %d and %d, share %g", step, k, b.Labels[k], b.Others[k], share)
			}
			for i := range 9 {
				sum := share*want[step].Images[9*k+i] + (1-share)*want[step].Images[9*other+i]
				if math.Abs(float64(b.Images[9*k+i]-sum)) > 1e-6 {
					t.Fatalf("step %d, image %d, pixel %d is %g, want %g", step, k, i, b.Images[9*k+i], sum)
				}
			}
		}
		for k := b.N; k < 4; k++ {
			if b.Shares[k] != 1 || b.Others[k] != 0 {
				t.Errorf("padding is mixed: share %g, label %d", b.Shares[k], b.Others[k])
			}
		}
	}
	if len(shares) < 20 {
		t.Errorf("only %d different shares among 22 images", len(shares))
	}
}

// TestBeta compares mean and variance with the distribution's, 1/2 and
// 1 / (4 (2 alpha + 1)).
func TestBeta(t *testing.T) {
	for _, alpha := range []float64{1e-9, 0.05, 0.2, 0.5, 1} {
		const n = 20000
		r := random.New(1, "beta")
		var sum, squares float64
		for range n {
			x := beta(r, alpha)
			if !(x >= 0 && x <= 1) {
				t.Fatalf("Beta(%g) gave %g", alpha, x)
			}
			sum, squares = sum+x, squares+x*x
		}
		mean, want := sum/n, 1/(4*(2*alpha+1))
		if variance := squares/n - mean*mean; math.Abs(mean-0.5) > 0.01 || math.Abs(variance-want) > 0.01 {
			t.Errorf("Beta(%g) has mean %g and variance %g, want 0.5 and %g", alpha, mean, variance, want)
		}
	}
}
