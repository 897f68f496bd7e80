package lut

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"fbnas/latency"
)

// recordTypes are the records of a table file, by their field "type".
var recordTypes = []struct {
	kind, about string
	of          any
	checked     bool // it ends in a checksum of its line
}{
	{typeHeader, "where the figures come from; the first record", Header{}, false},
	{typeRow, "the latency of one block", Row{}, false},
	{typePrediction, "how blocks of one kind without a row are predicted", Prediction{}, false},
	{typeCalibration, "how rows add up to a network's latency", Calibration{}, false},
	{typeValidation, "how well predictions fit networks that did not calibrate", Validation{}, false},
	{typeRound, "a finished round of an unfinished profile", journaled{}, true},
	{typeFailure, "a model that the device cannot run, of an unfinished profile", latency.Failure{}, true},
	{typeEnd, "closes a finished table; the last record", end{}, false},
}

// enums are the values of named strings.
var enums = map[reflect.Type][]any{
	reflect.TypeFor[Status](): {OK, Failed, Predicted},
	reflect.TypeFor[Form]():   {Sum, Offset, Linear, Memory, Borders, MemoryBorders},
}

// object is a JSON object whose fields keep the order they are given in.
type object []field

type field struct {
	name  string
	value any
}

// MarshalJSON writes the fields in their order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, f := range o {
		b.WriteByte("{,"[min(i, 1)])
		for _, part := range []any{f.name, f.value} {
			text, err := json.Marshal(part)
			if err != nil {
				return nil, err
			}
			b.Write(text)
			b.WriteByte(':')
		}
		b.Truncate(b.Len() - 1)
	}
	if len(o) == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// Schema returns the JSON Schema (draft 2020-12) of one line of a table file,
// made from the types that write it. Records of other types, and fields that
// it does not name, are left alone by readers.
func Schema() []byte {
	var records []any
	for _, r := range recordTypes {
		properties := object{{"type", object{{"const", r.kind}}}}
		required := []string{"type"}
		addFields(reflect.TypeOf(r.of), &properties, &required)
		if r.checked {
			properties = append(properties, field{"sum", object{{"type", "string"}, {"pattern", "^[0-9a-f]{32}$"}}})
			required = append(required, "sum")
		}
		records = append(records, object{{"title", r.kind}, {"description", r.about}, {"type", "object"},
			{"properties", properties}, {"required", required}})
	}
	out, err := json.MarshalIndent(object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "a line of a latency table of fbnas"},
		{"$comment", "made by: fbnas lut schema"},
		{"x-format-version", Version},
		{"oneOf", records},
	}, "", " ")
	if err != nil {
		panic(err) // plain data only
	}
	return append(out, '\n')
}

// addFields adds the JSON fields of a struct; those of embedded ones are its
// own.
func addFields(t reflect.Type, properties *object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			addFields(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		flags := strings.Split(options, ",")
		schema := typeSchema(f.Type)
		if slices.Contains(flags, "string") {
			schema = object{{"type", "string"}}
		}
		*properties = append(*properties, field{name, schema})
		if !slices.Contains(flags, "omitempty") {
			*required = append(*required, name)
		}
	}
}

// kinds of Go values that are one JSON type.
var kinds = map[reflect.Kind]string{
	reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number",
	reflect.Int: "integer", reflect.Int64: "integer", reflect.Uint64: "integer",
}

func typeSchema(t reflect.Type) any {
	if values, ok := enums[t]; ok {
		return object{{"enum", values}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return object{{"anyOf", []any{typeSchema(t.Elem()), object{{"type", "null"}}}}}
	case reflect.Slice:
		return object{{"type", []string{"array", "null"}}, {"items", typeSchema(t.Elem())}}
	case reflect.Map:
		return object{{"type", []string{"object", "null"}}, {"additionalProperties", typeSchema(t.Elem())}}
	case reflect.Struct:
		var properties object
		required := []string{}
		addFields(t, &properties, &required)
		return object{{"type", "object"}, {"properties", properties}, {"required", required}}
	}
	name, ok := kinds[t.Kind()]
	if !ok {
		panic("lut: no JSON type for " + t.String())
	}
	return object{{"type", name}}
}
