package lut

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/latency/measured"
	"fbnas/models"
)

// check refuses a header that this version cannot read.
func (h *Header) check() error {
	switch {
	case h.Version > Version:
		return fault.New(fault.Failure, "Use a newer fbnas.", "format version %d, this fbnas reads up to %d", h.Version, Version)
	case h.Version < 1:
		return fmt.Errorf("there is no format version %d", h.Version)
	case h.Condition.Precision == "" || h.Condition.Batch < 1:
		return errors.New("the condition lacks its precision or its batch")
	case !slices.Contains(measured.Precisions, h.Condition.Precision):
		return fault.New(fault.Failure, "Use a newer fbnas.", "latencies of models in %q, this fbnas knows %s", h.Condition.Precision, strings.Join(measured.Precisions, " and "))
	case h.Reference == nil:
		return nil
	}
	if err := models.CheckBlocks(h.Reference.Blocks); err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	return nil
}

// check refuses a row that contradicts itself, or that no measurement can give.
func (r *Row) check() error {
	switch r.Status {
	case Failed:
	case OK, Predicted:
		if err := timed.check("latency_us", r.LatencyUS); err != nil {
			return err
		}
	default:
		return fmt.Errorf("unknown status %q", r.Status)
	}
	if err := r.Key.Check(); err != nil {
		return err
	}
	if got := r.Key.Digest(); got != r.KeyDigest {
		return fmt.Errorf("key_sha256 is %.12s…, but the digest of the key is %.12s…", r.KeyDigest, got)
	}
	return nil
}

// check refuses coefficients that no fit can give.
func (c *Calibration) check() error {
	if !slices.Contains(enums[reflect.TypeFor[Form]()], any(c.Form)) {
		return fmt.Errorf("unknown form %q", c.Form)
	}
	if (c.Form == Linear || c.Form == Memory) && c.BaseUS < 0 {
		return fmt.Errorf("base_us is %g, which the form %s does not have", c.BaseUS, c.Form)
	}
	for i, b := range c.Borders {
		if i > 0 && c.Borders[i-1].compare(b.Shape) >= 0 {
			return fmt.Errorf("border %v is out of order", b.Shape)
		}
	}
	return nil
}

// check refuses a validation that contradicts itself.
func (v *Validation) check() error {
	const rounding = 1 + 1e-9
	if largest := v.MaxError * rounding; v.P95Error > largest || v.MAPE > largest || math.Abs(v.Bias) > v.MAPE*rounding {
		return fmt.Errorf("these errors contradict each other: mean %g, bias %g, 95th percentile %g, largest %g", v.MAPE, v.Bias, v.P95Error, v.MaxError)
	}
	return nil
}
