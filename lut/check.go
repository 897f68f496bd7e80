package lut

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/models"
)

// check refuses a header that this version cannot read.
func (h *Header) check() error {
	switch {
	case h.Version > Version:
		return fault.New(fault.Failure, "Use a newer fbnas.", "format version %d, this fbnas reads up to %d", h.Version, Version)
	case h.Version < 1:
		return fmt.Errorf("version %d", h.Version)
	case h.Condition.Precision == "" || h.Condition.Batch < 1:
		return errors.New("a condition without precision or batch")
	case !slices.Contains(latency.Precisions, h.Condition.Precision):
		return fault.New(fault.Failure, "Use a newer fbnas.", "latencies of models in %q, this fbnas knows %s", h.Condition.Precision, strings.Join(latency.Precisions, " and "))
	case !amount(h.Sentinel.TimeUS):
		return fmt.Errorf("sentinel time %g", h.Sentinel.TimeUS)
	case h.Reference != nil && !(h.Reference.TimeUS > 0 && amount(h.Reference.TimeUS)):
		return fmt.Errorf("reference time %g", h.Reference.TimeUS)
	case !amount(h.Device.CallCostUS):
		return fmt.Errorf("an agent that adds %g us", h.Device.CallCostUS)
	case h.DefaultMode != nil && !(h.DefaultMode.Ratio > 0 && amount(h.DefaultMode.Ratio) && amount(h.DefaultMode.Spread)):
		return fmt.Errorf("default mode: ratio %g, spread %g", h.DefaultMode.Ratio, h.DefaultMode.Spread)
	case h.Reference == nil:
		return nil
	}
	if err := models.CheckBlocks(h.Reference.Blocks); err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	return nil
}

// check refuses a row that says two things, or that no measurement gives.
func (r *Row) check() error {
	switch r.Status {
	case Failed:
	case OK, Predicted:
		if r.LatencyUS <= 0 {
			return fmt.Errorf("latency %g us", r.LatencyUS)
		}
	default:
		return fmt.Errorf("status %q", r.Status)
	}
	for _, v := range []float64{r.LatencyUS, r.SpreadUS, r.ErrorUS, r.MinUS} {
		if !amount(v) {
			return fmt.Errorf("figure %g", v)
		}
	}
	if got := r.Key.Digest(); got != r.KeyDigest {
		return fmt.Errorf("key_sha256 %.12s…, the key's is %.12s…", r.KeyDigest, got)
	}
	return nil
}

// check refuses coefficients that a fit cannot have given.
func (c *Calibration) check() error {
	if !slices.Contains(enums[reflect.TypeFor[Form]()], any(c.Form)) {
		return fmt.Errorf("form %q", c.Form)
	}
	if (c.Form == Linear || c.Form == Memory) && c.BaseUS < 0 || !amount(c.CallUS) || !amount(c.ElementUS) || !amount(c.WeightUS) || !amount(c.InnerUS) {
		return errors.New("a negative coefficient")
	}
	for i, b := range c.Borders {
		if i > 0 && c.Borders[i-1].compare(b.Shape) >= 0 {
			return fmt.Errorf("border %v is out of order", b.Shape)
		}
		if !amount(math.Abs(b.SavesUS)) {
			return fmt.Errorf("border %v saves %g us", b.Shape, b.SavesUS)
		}
	}
	return nil
}

// amount reports whether v is a finite number that is not negative.
func amount(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
