package lut

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"

	"fbnas/latency/stats"
)

// Origin says where a Certainty comes from.
type Origin string

// The origins, the best first.
const (
	Exact       Origin = "exact"         // a count, not a measurement
	Validated   Origin = "validated"     // networks that were not used for the calibration
	LeaveOneOut Origin = "leave_one_out" // networks that were, each predicted by a fit to the others
	None        Origin = "none"          // nothing: errors are unknown
)

// Certainty is how well a table predicts networks of measured rows; every report
// uses this one. Errors are relative to the measured latency, as fractions; they
// are null in JSON where the origin is none.
type Certainty struct {
	Origin    Origin
	Networks  int // that the errors are from
	MeanError float64
	P95Error  float64 // 95th percentile
	MaxError  float64
	Space     string // name of the space that the networks are from
	Noisy     string // why the rows or these networks were not measured steadily, "" when they were
}

// Certainty is that of the validation or, without one, of the calibration.
func (t *Table) Certainty() Certainty {
	c := Certainty{Origin: None, Noisy: t.Header.Noisy}
	of := func(space *SpaceID, noisy string) {
		c.Space = t.Header.Space.Name
		if space != nil {
			c.Space = space.Name
		}
		if noisy != "" && noisy != c.Noisy {
			c.Noisy = strings.TrimPrefix(c.Noisy+"; "+noisy, "; ")
		}
	}
	if v := t.Validation; v != nil && v.N > 0 {
		of(v.Space, v.Noisy)
		c.Origin, c.Networks, c.MeanError, c.P95Error, c.MaxError = Validated, v.N, v.MAPE, v.P95Error, v.MaxError
	} else if t.Calibration != nil {
		of(t.Calibration.Space, t.Calibration.Noisy)
		if errs := t.leftOut(); len(errs) > 0 {
			c.Origin, c.Networks = LeaveOneOut, len(errs)
			for _, e := range errs {
				c.MeanError += e / float64(len(errs))
			}
			c.P95Error, c.MaxError = stats.Percentile(errs, 0.95), stats.Percentile(errs, 1)
		}
	}
	return c
}

// Known reports whether anything is known about errors.
func (c Certainty) Known() bool { return c.Origin == Exact || c.Networks > 0 }

// String says in a few words what the errors are and where they come from.
func (c Certainty) String() string {
	text := "not known: no network was validated or left out of a calibration"
	switch c.Origin {
	case Exact:
		return "exact"
	case Validated:
		text = fmt.Sprintf("95 %% of networks within %.2g %%, validated on %d networks not used for its calibration", 100*c.P95Error, c.Networks)
	case LeaveOneOut:
		text = fmt.Sprintf("95 %% of networks within %.2g %%, found by leaving each of %d networks out of the calibration, not validated", 100*c.P95Error, c.Networks)
	}
	if c.Noisy != "" {
		text += "; measured while the device was not steady: " + c.Noisy
	}
	return text
}

// MarshalJSON writes null for unknown errors.
func (c Certainty) MarshalJSON() ([]byte, error) {
	known := func(v float64) *float64 {
		if !c.Known() {
			return nil
		}
		return &v
	}
	return json.Marshal(certaintyJSON{c.Origin, c.Networks, known(c.MeanError), known(c.P95Error), known(c.MaxError), c.Space, c.Noisy})
}

// WrittenAs is the type that MarshalJSON writes.
func (Certainty) WrittenAs() reflect.Type { return reflect.TypeFor[certaintyJSON]() }

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Certainty) UnmarshalJSON(data []byte) error {
	var j certaintyJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	value := func(v *float64) float64 {
		if v == nil {
			return 0
		}
		return *v
	}
	*c = Certainty{j.Origin, j.Networks, value(j.MeanError), value(j.P95Error), value(j.MaxError), j.Space, j.Noisy}
	return nil
}

type certaintyJSON struct {
	Origin    Origin   `json:"origin"`
	Networks  int      `json:"networks"`
	MeanError *float64 `json:"mean_error"`
	P95Error  *float64 `json:"p95_error"`
	MaxError  *float64 `json:"max_error"`
	Space     string   `json:"space"`
	Noisy     string   `json:"noisy,omitempty"`
}

// mostRefitted is the most networks for which errors are computed again when an
// older version wrote the calibration without them: the time grows with the
// fourth power.
const mostRefitted = 100

// leftOut are the calibration's errors at its networks, each left out of the fit
// in turn; none where there is only one, or the form was not fitted.
func (t *Table) leftOut() []float64 {
	t.predicting.Lock()
	defer t.predicting.Unlock()
	if t.leftOuts.of == t.Calibration {
		return t.leftOuts.errors
	}
	t.leftOuts.of, t.leftOuts.errors = t.Calibration, t.Calibration.leftOutErrors()
	return t.leftOuts.errors
}

func (c *Calibration) leftOutErrors() []float64 {
	if len(c.Networks) < 2 {
		return nil
	}
	predicted := make([]float64, len(c.Networks))
	for i, n := range c.Networks {
		if predicted[i] = n.LeftOutUS; predicted[i] != 0 {
			continue
		}
		if len(c.Networks) > mostRefitted {
			return nil
		}
		predicted = nil
		for _, f := range forms {
			if f.form == c.Form {
				predicted = leaveOneOut(f.fit, c.Networks)
			}
		}
		break
	}
	var errs []float64
	for i, us := range predicted {
		errs = append(errs, math.Abs(us/c.Networks[i].MeasuredUS-1))
	}
	return errs
}
