package job

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
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
	// Warnings are all that the verb has given, as they stand on stderr, those of
	// its result among them.
	Warnings []string `json:"warnings"`
	// Data describes the data set that the verb opened first; absent for verbs
	// that open none.
	Data *dataset.Summary `json:"data_set,omitempty"`
}

// Problem is an error in a document.
type Problem struct {
	Code    fault.Code `json:"code"`
	Message string     `json:"message"`
	Hint    *string    `json:"hint"`
}

// Documents are the results of the verbs, by the names of their schemas: "search"
// is fbnas.search/1. A document is an Envelope with the fields of its result. A
// verb that describes several things has one type of result for each. Package
// report adds its own.
var Documents = map[string][]any{
	"baseline.random":      {BaselineResult{}},
	"baseline.mobilenetv2": {BaselineResult{}},
	"baseline.mobilenetv3": {BaselineResult{}},
	"baseline.fbnetv2":     {BaselineResult{}},
	"baseline.uniform":     {BaselineResult{}},
	"bench":                {BenchResult{}},
	"completion":           {CompletionResult{}},
	"data.show":            {DataResult{}},
	"devices":              {DeviceList{}},
	"devices.add":          {DeviceEntry{}},
	"devices.check":        {DeviceCheck{}},
	"devices.clean":        {CleanResult{}},
	"devices.list":         {DeviceList{}},
	"devices.remove":       {ForgottenDevice{}},
	"doctor":               {DoctorResult{}},
	"eval":                 {EvalResult{}},
	"export":               {ExportResult{}},
	"import":               {ImportResult{}},
	"lut.calibrate":        {CalibrateResult{}},
	"lut.check":            {CheckResult{}},
	"lut.diff":             {DiffResult{}},
	"lut.explain":          {ExplainResult{}},
	"lut.merge":            {MergeResult{}},
	"lut.range":            {RangeResult{}},
	"lut.schema":           {SchemaResult{}},
	"lut.show":             {TableInfo{}},
	"lut.validate":         {ValidateResult{}},
	"models.list":          {ModelList{}},
	"models.show":          {ModelInfo{}, FileInfo{}},
	"profile":              {ProfileResult{}},
	"runs.list":            {RunsResult{}},
	"search":               {SearchResult{}},
	"setup":                {SetupResult{}},
	"space.list":           {SpaceList{}},
	"space.show":           {SpaceInfo{}},
	"train":                {TrainResult{}},
	"verify":               {VerifyResult{}},
	"version":              {VersionResult{}},
}

// schemas supplies the schemas of types whose JSON reflection cannot describe.
var schemas = jsonschema.Maker{
	reflect.TypeFor[time.Time]():       jsonschema.Pairs("type", "string", "format", "date-time"),
	reflect.TypeFor[Dimension]():       jsonschema.Pairs("type", []string{"integer", "string", "null"}),
	reflect.TypeFor[models.Option]():   jsonschema.Pairs("type", []string{"number", "string"}),
	reflect.TypeFor[json.RawMessage](): jsonschema.Pairs("description", "a document of its own, or null"),
}

// DocumentSchemas are the JSON Schemas of a document that reports success, one
// for each type of result; the document of a failure may lack the result's
// fields.
func DocumentSchemas(name string, results []any) []jsonschema.Object {
	var all []jsonschema.Object
	for _, result := range results {
		fields, required := schemas.Fields(reflect.TypeFor[Envelope]())
		own, always := schemas.Fields(reflect.TypeOf(result))
		own = slices.DeleteFunc(own, func(f jsonschema.Field) bool { return slices.Contains(required, f.Name) })
		always = slices.DeleteFunc(always, func(name string) bool { return slices.Contains(required, name) })
		all = append(all, jsonschema.Pairs("title", "fbnas."+name+"/1", "type", "object",
			"properties", append(fields, own...), "required", append(required, always...)))
	}
	return all
}

// Schema is the JSON Schema (draft 2020-12) of documents, with a definition for
// each type of result.
func Schema(documents map[string][]any) []byte {
	var all jsonschema.Object
	var refs []any
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		for i, schema := range DocumentSchemas(name, documents[name]) {
			id := "fbnas." + name + strings.Repeat("+", i)
			all = append(all, jsonschema.Pairs(id, schema)...)
			refs = append(refs, jsonschema.Pairs("$ref", "#/$defs/"+id))
		}
	}
	text, err := json.MarshalIndent(jsonschema.Pairs("$schema", jsonschema.Draft, "title", "a document of fbnas", "anyOf", refs, "$defs", all), "", " ")
	if err != nil {
		panic(err) // cannot fail: plain data
	}
	return append(text, '\n')
}

// VersionResult is the document of fbnas version.
type VersionResult struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

// CompletionResult is the document of fbnas completion.
type CompletionResult struct {
	Shell  string `json:"shell"`
	Script string `json:"script"`
}
