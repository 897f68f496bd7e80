package lut

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/latency/measured"
)

// Difference is a field in which two provenances differ; "absent" stands for a
// field that one of them lacks.
type Difference struct {
	Field string // path in the header's JSON, e.g. "condition.threads"
	A, B  string // JSON values
}

func (d Difference) String() string { return fmt.Sprintf("%s (%s, %s)", d.Field, d.A, d.B) }

// Differences are listed in the order of their fields' names.
type Differences []Difference

func (ds Differences) String() string {
	parts := make([]string, len(ds))
	for i, d := range ds {
		parts[i] = d.String()
	}
	return strings.Join(parts, "; ")
}

// Comparable returns the differences that keep two tables' figures from being
// combined, or a table from being used with a device: in the device's model and
// the condition. The operating system's build and the unit are ignored; memory is
// compared by its installed size.
func Comparable(a, b Header) Differences {
	type fields struct {
		Model     measured.DeviceModel `json:"device.model"`
		Condition measured.Condition   `json:"condition"`
	}
	a.Device.Model.MemoryBytes = installedMemory(a.Device.Model.MemoryBytes)
	b.Device.Model.MemoryBytes = installedMemory(b.Device.Model.MemoryBytes)
	return differences(fields{a.Device.Model, a.Condition}, fields{b.Device.Model, b.Condition})
}

// installedMemory is the installed memory of a device whose system can use `usable`
// bytes: the least of 2, 3, 4, 6, 8, 12, ... that holds it. What the kernel
// reserves differs by pages from start to start, and by megabytes from version to
// version.
func installedMemory(usable int64) int64 {
	size := int64(2)
	for size < usable && size < 1<<60 {
		if size*3/2 >= usable {
			return size * 3 / 2
		}
		size *= 2
	}
	return size
}

// Provenance returns the differences that keep an interrupted profile from being
// resumed: those of Comparable, and those in the space, the sentinel and the
// protocol with its seed.
func Provenance(a, b Header) Differences {
	type fields struct {
		Space    string   `json:"space.digest"`
		Sentinel string   `json:"sentinel.digest"`
		Protocol Protocol `json:"protocol"`
	}
	return append(Comparable(a, b), differences(
		fields{a.Space.Digest, a.Sentinel.Digest, a.Protocol},
		fields{b.Space.Digest, b.Sentinel.Digest, b.Protocol})...)
}

// Incidental returns the differences that the parts of one profile may have but
// that are worth a warning: the operating system's build, the unit and the
// version of fbnas.
func Incidental(a, b Header) Differences {
	type fields struct {
		OS   string `json:"device.os"`
		Unit string `json:"device.unit"`
		Tool string `json:"tool"`
	}
	return differences(fields{a.Device.OS, a.Device.Unit, a.Tool}, fields{b.Device.OS, b.Device.Unit, b.Tool})
}

// differences compares two values of one type by the leaves of their JSON.
func differences(a, b any) Differences {
	x, y := leaves(a), leaves(b)
	all := maps.Clone(x)
	maps.Copy(all, y)
	var out Differences
	for _, f := range slices.Sorted(maps.Keys(all)) {
		if x[f] != y[f] {
			out = append(out, Difference{f, orAbsent(x[f]), orAbsent(y[f])})
		}
	}
	return out
}

func orAbsent(s string) string {
	if s == "" {
		return "absent"
	}
	return s
}

// leaves maps the path of each field in v's JSON to its value; a list is one
// value.
func leaves(v any) map[string]string {
	out := map[string]string{}
	var walk func(path string, raw json.RawMessage)
	walk = func(path string, raw json.RawMessage) {
		var object map[string]json.RawMessage
		if json.Unmarshal(raw, &object) != nil {
			out[path] = string(raw)
			return
		}
		for name, field := range object {
			walk(strings.TrimPrefix(path+"."+name, "."), field)
		}
	}
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // cannot fail: plain data
	}
	walk("", raw)
	return out
}

// CheckDevice fails, naming the fields, if the table does not apply to a device
// under a condition.
func (t *Table) CheckDevice(device measured.Device, cond measured.Condition) error {
	ds := Comparable(t.Header, Header{Device: device, Condition: cond})
	if len(ds) == 0 {
		return nil
	}
	return fault.New(fault.Failure,
		"Profile this device with: fbnas profile --device DEVICE -o ANOTHER.lut, or use the device and the runtime that the table was made with.",
		"table %s is from another device or condition: %s differs (table, device)", t.Path, ds)
}

// CheckPrecision fails if the table has latencies of models in another number
// format, from which nothing follows for this one.
func (t *Table) CheckPrecision(precision string) error {
	if has := t.Header.Condition.Precision; has != precision {
		return fault.New(fault.Usage,
			fmt.Sprintf("Give a table of %s models: fbnas profile --precision %s --device DEVICE --space %s -o ANOTHER.lut", precision, precision, t.Header.Space.Name),
			"table %s holds latencies of %s models, and this one is %s", t.Path, has, precision)
	}
	return nil
}

// CheckSpace fails if the table was made for other spaces than this one.
func (t *Table) CheckSpace(space SpaceID) error {
	for _, s := range append([]SpaceID{t.Header.Space}, t.Header.Also...) {
		if s.Digest == space.Digest {
			return nil
		}
	}
	return fault.New(fault.Failure,
		fmt.Sprintf("Profile that space with: fbnas profile --device DEVICE --space %s -o ANOTHER.lut", space.Name),
		"table %s is of another space: space.digest differs (table %s %.12s, asked for %s %.12s)",
		t.Path, t.Header.Space.Name, t.Header.Space.Digest, space.Name, space.Digest)
}
