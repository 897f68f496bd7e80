package profile

import (
	"context"

	"fbnas/lut"
)

// Remeasure times networks on the table's device and calibrates or validates the
// table again, in memory, by networks that d draws. A validation uses networks
// that were not used for the calibration. A calibration removes the validation,
// which no longer applies. An unsteady measurement is an error (fault.Unstable),
// or marks the record if the options allow it.
func (s Session) Remeasure(ctx context.Context, d Draw) (lut.Measured, error) {
	t := s.Table
	store := t.Calibrate
	if d.Purpose == Validation {
		store, d.Without = t.Validate, calibratedBy(t)
	}
	beside, err := yardsticks(t)
	if err != nil {
		return lut.Measured{}, err
	}
	networks, err := d.Networks(t)
	if err != nil {
		return lut.Measured{}, err
	}
	m, err := s.Measure(ctx, beside, networks)
	if err != nil {
		return m, err
	}
	m.Space = spaceID(d.Space)
	return m, store(m)
}

// calibratedBy lists the digests of the models that calibrated a table.
func calibratedBy(t *lut.Table) map[string]bool {
	models := map[string]bool{}
	if t.Calibration != nil {
		for _, n := range t.Calibration.Networks {
			models[n.Model] = true
		}
	}
	return models
}
