package lut

import (
	"encoding/json"
	"reflect"

	"fbnas/internal/jsonschema"
	"fbnas/latency/measured"
)

// recordTypes are the records of a table file, by their field "type".
var recordTypes = []struct {
	kind, about string
	of          any
	checked     bool // ends in a checksum of its line
}{
	{typeHeader, "where the figures come from; the first record", Header{}, false},
	{typeRow, "the latency of one block", Row{}, false},
	{typePrediction, "how blocks of one kind without a row are predicted", Prediction{}, false},
	{typeCalibration, "how rows add up to a network's latency", Calibration{}, false},
	{typeValidation, "how well predictions fit networks that were not used for the calibration", Validation{}, false},
	{typeRound, "a finished round of an unfinished profile", journaled{}, true},
	{typeFailure, "a model that the device cannot run, of an unfinished profile", measured.Failure{}, true},
	{typeEnd, "closes a finished table; the last record", end{}, false},
}

// enums are the values of named strings.
var enums = map[reflect.Type][]any{
	reflect.TypeFor[Status](): {OK, Failed, Predicted},
	reflect.TypeFor[Form]():   {Sum, Offset, Linear, Memory, Borders, MemoryBorders},
}

// Schema returns the JSON Schema (draft 2020-12) of one line of a table file,
// generated from the types that write it. Readers ignore records of other types,
// and fields that it does not name.
func Schema() []byte {
	object, schemas := jsonschema.Pairs, jsonschema.Maker{}
	for t, values := range enums {
		schemas[t] = jsonschema.Enum(values...)
	}
	var records []any
	for _, r := range recordTypes {
		fields, required := schemas.Fields(reflect.TypeOf(r.of))
		properties := append(object("type", object("const", r.kind)), fields...)
		required = append([]string{"type"}, required...)
		if r.checked {
			properties = append(properties, object("sum", object("type", "string", "pattern", "^[0-9a-f]{32}$"))...)
			required = append(required, "sum")
		}
		records = append(records, object("title", r.kind, "description", r.about, "type", "object", "properties", properties, "required", required))
	}
	out, err := json.MarshalIndent(object(
		"$schema", jsonschema.Draft,
		"title", "a line of a latency table of fbnas",
		"$comment", "made by: fbnas lut schema",
		"x-format-version", Version,
		"oneOf", records,
	), "", " ")
	if err != nil {
		panic(err) // cannot fail: plain data
	}
	return append(out, '\n')
}
