package job

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	"fbnas/dataset"
	"fbnas/internal/fault"
	"fbnas/internal/jsonschema"
	"fbnas/models"
)

// Envelope holds the fields that the JSON documents of all verbs share.
type Envelope struct {
	Schema string   `json:"schema"`
	Status string   `json:"status"`
	Error  *Problem `json:"error"`
	// Data is what the data set was understood to be that the verb opened
	// first; verbs that open none have no such field.
	Data *dataset.Summary `json:"data_set,omitempty"`
}

// Problem is an error in a document.
type Problem struct {
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
	Hint    *string    `json:"hint"`
}

// Documents are the results of the verbs, by the names of their schemas: "search"
// is fbnas.search/1. A document is an Envelope with the fields of its result.
var Documents = map[string]any{
	"baseline.random":  BaselineResult{},
	"baseline.uniform": BaselineResult{},
	"bench":            BenchResult{},
	"data.show":        DataResult{},
	"eval":             EvalResult{},
	"doctor":           DoctorResult{},
	"export":           ExportResult{},
	"import":           ImportResult{},
	"lut.explain":      ExplainResult{},
	"devices":          DeviceList{},
	"devices.add":      DeviceEntry{},
	"devices.check":    DeviceCheck{},
	"devices.clean":    CleanResult{},
	"devices.list":     DeviceList{},
	"devices.remove":   ForgottenDevice{},
	"lut.calibrate":    CalibrateResult{},
	"lut.check":        CheckResult{},
	"lut.diff":         DiffResult{},
	"lut.merge":        MergeResult{},
	"lut.range":        RangeResult{},
	"lut.schema":       SchemaResult{},
	"lut.show":         TableInfo{},
	"lut.validate":     ValidateResult{},
	"models.list":      ModelList{},
	"profile":          ProfileResult{},
	"runs.list":        RunsResult{},
	"search":           SearchResult{},
	"setup":            SetupResult{},
	"space.list":       SpaceList{},
	"space.show":       SpaceInfo{},
	"train":            TrainResult{},
	"verify":           VerifyResult{},
}

// schemas are those of types that say less of their JSON than there is to say.
var schemas = jsonschema.Maker{
	reflect.TypeFor[time.Time]():       jsonschema.Pairs("type", "string", "format", "date-time"),
	reflect.TypeFor[Dimension]():       jsonschema.Pairs("type", []string{"integer", "string", "null"}),
	reflect.TypeFor[models.Option]():   jsonschema.Pairs("type", []string{"number", "string"}),
	reflect.TypeFor[json.RawMessage](): jsonschema.Pairs("description", "a document of its own, or null"),
}

// DocumentSchema is the JSON Schema of a document that tells of success; one of
// a failure may lack the result's fields.
func DocumentSchema(name string) jsonschema.Object {
	fields, required := schemas.Fields(reflect.TypeFor[Envelope]())
	own, always := schemas.Fields(reflect.TypeOf(Documents[name]))
	return jsonschema.Pairs("title", "fbnas."+name+"/1", "type", "object",
		"properties", append(fields, own...), "required", append(required, always...))
}

// Schema is the JSON Schema (draft 2020-12) of the documents that verbs print with
// --json: one definition each.
func Schema() []byte {
	names := slices.Sorted(maps.Keys(Documents))
	var all jsonschema.Object
	var refs []any
	for _, name := range names {
		all = append(all, jsonschema.Pairs("fbnas."+name, DocumentSchema(name))...)
		refs = append(refs, jsonschema.Pairs("$ref", "#/$defs/fbnas."+name))
	}
	text, err := json.MarshalIndent(jsonschema.Pairs("$schema", jsonschema.Draft, "title", "a document of fbnas", "anyOf", refs, "$defs", all), "", " ")
	if err != nil {
		panic(err) // plain data only
	}
	return append(text, '\n')
}
