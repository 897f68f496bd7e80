package train

import (
	"math"
	"testing"
)

func TestScoreIsTheMeanOverAllBatches(t *testing.T) {
	var s Score
	s.count([]float64{0, 0, 1000, 0}, []int64{1, 0}, 2)        // log 2 and 0, one correct of the two or both
	s.count([]float64{math.Log(3), 0, 7, 7}, []int64{1, 0}, 1) // log 4; the second row only fills the batch
	want := Score{Accuracy: Accuracy{Images: 3, Correct: 1}, CrossEntropy: (math.Log(2) + math.Log(4)) / 3}
	if s.Accuracy != want.Accuracy || math.Abs(s.CrossEntropy-want.CrossEntropy) > 1e-12 {
		t.Errorf("got %+v, want %+v", s, want)
	}
}
