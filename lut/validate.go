package lut

import (
	"fmt"
	"math"

	"fbnas/latency/stats"
)

// Validation says how well the table predicts networks that it was not
// calibrated on.
type Validation struct {
	stats.Accuracy
	MACsOnly *stats.Accuracy `json:"macs_only"` // of a line fitted to the calibration networks' MACs; null without them
	Measured []Timed         `json:"measured"`
	Space    *SpaceID        `json:"space,omitempty"` // of the networks; absent: the table's
	Noisy    string          `json:"noisy,omitempty"` // why their measurement was not steady, "" when it was
}

// Validate compares the table's predictions with networks timed on its device and
// stores the result. It refuses networks of the calibration.
func (t *Table) Validate(m Measured) error {
	networks := m.Networks
	if len(networks) == 0 {
		return fmt.Errorf("validate %s: no network was measured", t.Path)
	}
	used := map[string]bool{}
	var calibration []Timed
	c := &Calibration{Form: Sum}
	if t.Calibration != nil {
		c, calibration = t.Calibration, t.Calibration.Networks
	}
	for _, n := range calibration {
		used[n.Model] = true
	}
	v := &Validation{Measured: append([]Timed(nil), networks...), Space: t.otherSpace(m.Space), Noisy: m.Noisy}
	predicted := make([]float64, len(networks))
	measured := make([]float64, len(networks))
	for i, n := range networks {
		if used[n.Model] {
			return fmt.Errorf("validate %s: network %s was used in the calibration", t.Path, n.Name)
		}
		predicted[i], measured[i] = c.predict(n), n.MeasuredUS
		v.Measured[i].PredictedUS = predicted[i]
	}
	v.Accuracy = compare(predicted, measured)
	if len(calibration) > 1 {
		macs := compare(macsOnly(calibration, networks), measured)
		v.MACsOnly = &macs
	}
	t.Validation = v
	return nil
}

// macsOnly predicts networks by a + b·MACs, with a, b >= 0 fitted to others by
// relative errors: the baseline that a table has to beat.
func macsOnly(fitted, networks []Timed) []float64 {
	columns := [][]float64{make([]float64, len(fitted)), make([]float64, len(fitted))}
	ones := make([]float64, len(fitted))
	for i, n := range fitted {
		columns[0][i] = 1 / n.MeasuredUS
		columns[1][i] = float64(n.MACs) / n.MeasuredUS
		ones[i] = 1
	}
	x := nnls(columns, ones)
	predicted := make([]float64, len(networks))
	for i, n := range networks {
		predicted[i] = x[0] + x[1]*float64(n.MACs)
	}
	return predicted
}

// compare is stats.Compare with 0 for an undefined rank correlation: JSON has no
// NaN.
func compare(predicted, measured []float64) stats.Accuracy {
	a := stats.Compare(predicted, measured)
	if math.IsNaN(a.Spearman) {
		a.Spearman = 0
	}
	return a
}
