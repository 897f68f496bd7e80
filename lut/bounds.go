package lut

import (
	"fmt"
	"math"
	"reflect"
	"strings"
)

// bound is the range of a number, both ends included.
type bound struct{ low, high float64 }

var (
	anyCount = bound{0, 1e15}
	small    = bound{0, 1e6}    // a count of something
	times    = bound{0, 1e9}    // µs: no run takes 1000 s
	timed    = bound{1e-6, 1e9} // µs, of something that did run
	signed   = bound{-1e9, 1e9} // µs, of a fit, which may be negative
	perValue = bound{0, 1e3}    // µs
	errors1  = bound{0, 1e6}    // relative, as a fraction
	share    = bound{0, 1}
	whatever = bound{math.Inf(-1), math.Inf(1)}
)

// bounds has the range of every number in a record, by its path: the record's
// type, and the names of its fields. A branch that is checked elsewhere is listed
// as a whole. A number without bounds makes the program panic at its start, so
// that no new field is forgotten.
var bounds = map[string]bound{
	"header.version":                   {0, math.MaxInt64}, // newer versions are refused later
	"header.device.model.cores":        small,
	"header.device.model.max_khz":      {0, 1e9},
	"header.device.model.memory_bytes": anyCount,
	"header.device.call_cost_us":       times,
	"header.condition.batch":           small,
	"header.condition.threads":         small,
	"header.sentinel.time_us":          times, // 0 until it is known
	"header.reference.time_us":         timed,
	"header.reference.blocks":          whatever, // models.CheckBlocks
	"header.protocol.rounds":           small,
	"header.protocol.group_time_us":    anyCount,
	"header.protocol.min_runs":         anyCount,
	"header.protocol.max_runs":         anyCount,
	"header.protocol.warm_up_us":       anyCount,
	"header.protocol.batch_models":     anyCount,
	"header.protocol.seed":             whatever,
	"header.default_mode.ratio":        {1e-3, 1e3},
	"header.default_mode.spread":       errors1,
	"header.default_mode.rounds":       small,
	"header.course":                    whatever, // only displayed, nothing is computed from it

	"row.key":             whatever, // Row.check
	"row.latency_us":      times,    // 0 where it failed
	"row.spread_us":       times,
	"row.error_us":        times,
	"row.min_us":          times,
	"row.raw.median_us":   timed,
	"row.raw.sentinel_us": timed,
	"row.dropped_groups":  anyCount,

	"prediction.step":             {1, 1 << 10},
	"prediction.align":            {1, 1 << 10},
	"prediction.trend":            times,
	"prediction.weights":          anyCount,
	"prediction.nugget":           anyCount,
	"prediction.scale":            anyCount,
	"prediction.shapes":           anyCount,
	"prediction.tested.rows":      anyCount,
	"prediction.tested.held_out":  anyCount,
	"prediction.tested.mape":      errors1,
	"prediction.tested.p95_error": errors1,
	"prediction.tested.max_error": errors1,
	"prediction.curve.rows":       anyCount,
	"prediction.curve.held_out":   anyCount,
	"prediction.curve.mape":       errors1,
	"prediction.curve.p95_error":  errors1,
	"prediction.curve.max_error":  errors1,

	"calibration.base_us":                  signed,
	"calibration.call_us":                  times,
	"calibration.element_us":               perValue,
	"calibration.weight_us":                perValue,
	"calibration.inner_us":                 perValue,
	"calibration.borders.c":                small,
	"calibration.borders.h":                small,
	"calibration.borders.w":                small,
	"calibration.borders.saves_us":         signed,
	"calibration.offset_loo_error":         errors1,
	"calibration.linear_loo_error":         errors1,
	"calibration.memory_loo_error":         errors1,
	"calibration.borders_loo_error":        errors1,
	"calibration.memory_borders_loo_error": errors1,

	"validation.networks":     small,
	"validation.mape":         errors1,
	"validation.bias":         {-1e6, 1e6},
	"validation.max_error":    errors1,
	"validation.p95_error":    errors1,
	"validation.within_5pct":  share,
	"validation.within_10pct": share,
	"validation.spearman":     {-1, 1},
	"validation.macs_only":    whatever, // only displayed, nothing is computed from it

	"round.round.batch":  small,
	"round.round.round":  small,
	"round.round.course": whatever,
	"end.records":        anyCount,
}

func init() {
	for path, part := range map[string]map[string]bound{
		"calibration.networks": boundsOfTimed, "validation.measured": boundsOfTimed,
		"round.round.sentinel": boundsOfGroup, "round.round.groups": boundsOfGroup,
	} {
		for field, s := range part {
			bounds[path+"."+field] = s
		}
	}
	for _, r := range recordTypes {
		checks[r.kind] = compile(reflect.TypeOf(r.of), r.kind)
	}
}

var boundsOfTimed = map[string]bound{
	"macs": anyCount, "blocks": small, "elements": anyCount, "weights": anyCount, "inner": anyCount,
	"inputs.c": small, "inputs.h": small, "inputs.w": small,
	"sum_us": times, "measured_us": timed, "predicted_us": signed, "left_out_us": signed,
}

var boundsOfGroup = map[string]bound{
	"batch": small, "round": small, "at_us": whatever, "median_us": timed, "min_us": times,
	"runs": anyCount, "dirty": anyCount, "attempts": anyCount, "clock_us": whatever, "cpu": whatever,
}

// checks has a check of the bounds for each type of record.
var checks = map[string]func(reflect.Value) error{}

// inBounds checks the numbers of a record; the error names the first that is out
// of bounds.
func inBounds(kind string, record any) error {
	if check := checks[kind]; check != nil {
		return check(reflect.ValueOf(record).Elem())
	}
	return nil // it has no numbers
}

// compile builds the check for values of a type; nil if they contain no number.
func compile(t reflect.Type, path string) func(reflect.Value) error {
	limit, ok := bounds[path]
	if limit == whatever && ok {
		return nil
	}
	switch t.Kind() {
	case reflect.Float64, reflect.Int, reflect.Int64, reflect.Uint64:
		if !ok {
			panic("lut: no bounds for " + path)
		}
		_, name, _ := strings.Cut(path, ".")
		return func(v reflect.Value) error { return limit.check(name, number(v)) }
	case reflect.Pointer:
		if of := compile(t.Elem(), path); of != nil {
			return func(v reflect.Value) error {
				if v.IsNil() {
					return nil
				}
				return of(v.Elem())
			}
		}
	case reflect.Slice:
		if of := compile(t.Elem(), path); of != nil {
			return func(v reflect.Value) error {
				for i := range v.Len() {
					if err := of(v.Index(i)); err != nil {
						return fmt.Errorf("entry %d: %w", i+1, err)
					}
				}
				return nil
			}
		}
	case reflect.Map:
		if of := compile(t.Elem(), path); of != nil {
			return func(v reflect.Value) error {
				for it := v.MapRange(); it.Next(); {
					if err := of(it.Value()); err != nil {
						return fmt.Errorf("%v: %w", it.Key(), err)
					}
				}
				return nil
			}
		}
	case reflect.Struct:
		return compileStruct(t, path)
	}
	return nil
}

func compileStruct(t reflect.Type, path string) func(reflect.Value) error {
	fields := map[int]func(reflect.Value) error{}
	var order []int
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, _, _ := strings.Cut(tag, ",")
		if !f.IsExported() && !f.Anonymous || name == "-" {
			continue
		}
		at := path + "." + name
		if f.Anonymous && !tagged {
			at = path
		}
		if check := compile(f.Type, at); check != nil {
			fields[i], order = check, append(order, i)
		}
	}
	if len(order) == 0 {
		return nil
	}
	return func(v reflect.Value) error {
		for _, i := range order {
			if err := fields[i](v.Field(i)); err != nil {
				return err
			}
		}
		return nil
	}
}

func number(v reflect.Value) float64 {
	switch v.Kind() {
	case reflect.Float64:
		return v.Float()
	case reflect.Uint64:
		return float64(v.Uint())
	}
	return float64(v.Int())
}

func (s bound) check(name string, v float64) error {
	if v >= s.low && v <= s.high {
		return nil
	}
	return fmt.Errorf("%s is %.6g, and can only be from %g to %g", name, v, s.low, s.high)
}
