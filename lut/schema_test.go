package lut_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

// TestSchemaIsPublished: the schema in docs is that of this version.
func TestSchemaIsPublished(t *testing.T) {
	path := filepath.Join("..", "docs", "lut.schema.json")
	if *update {
		if err := os.WriteFile(path, lut.Schema(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, lut.Schema()) {
		t.Errorf("%s is not what fbnas lut schema prints (%v)", path, err)
	}
}

// TestSchemaFitsTables: every line that a profile writes fits the schema, and a
// damaged one does not.
func TestSchemaFitsTables(t *testing.T) {
	var schema map[string]any
	if err := json.Unmarshal(lut.Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile(filepath.Join("testdata", "v3.lut"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"v3.lut": golden, "unfinished": unfinished(t)}
	for name, data := range files {
		for i, line := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
			var record map[string]any
			if err := json.Unmarshal(line, &record); err != nil {
				t.Fatal(err)
			}
			if why := unfit(schema, record); why != "" {
				t.Errorf("%s, line %d: %s", name, i+1, why)
			}
			for field := range record {
				spoilt := map[string]any{}
				for k, v := range record {
					spoilt[k] = v
				}
				spoilt[field] = json.Number("no")
				if unfit(schema, spoilt) == "" {
					t.Errorf("%s, line %d: %s may be anything", name, i+1, field)
				}
			}
		}
	}
}

// unfinished is the file of an interrupted profile with a failure.
func unfinished(t *testing.T) []byte {
	t.Helper()
	path, d := filepath.Join(t.TempDir(), "x.lut"), newDevice()
	broken, _, _ := export(ir(16, 24, 16, 8, 1))
	d.Fails = map[string]latency.Failure{broken.Digest(): {Digest: broken.Digest(), Kind: "oom", Detail: "too large"}}
	d.Unstable = func(batch int) bool { return batch == 1 }
	if _, err := profile.Run(t.Context(), d, blocksOnly(), path, options()); err == nil {
		t.Fatal("the profile was not interrupted")
	}
	data, err := os.ReadFile(path)
	if err != nil || !bytes.Contains(data, []byte(`"type":"round"`)) || !bytes.Contains(data, []byte(`"type":"failure"`)) {
		t.Fatalf("no journal (%v):\n%s", err, data)
	}
	return data
}

// unfit says why a value does not fit a schema, "" if it does, for the JSON
// Schema keywords that Schema uses.
func unfit(schema map[string]any, v any) string {
	for _, word := range []string{"oneOf", "anyOf"} {
		branches, ok := schema[word].([]any)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(branches, func(b any) bool { return unfit(b.(map[string]any), v) == "" }) {
			return fmt.Sprintf("%v is of no branch", v)
		}
	}
	if want, ok := schema["const"]; ok && want != v {
		return fmt.Sprintf("%v is not %v", v, want)
	}
	if values, ok := schema["enum"].([]any); ok && !slices.Contains(values, v) {
		return fmt.Sprintf("%v is none of %v", v, values)
	}
	if want, ok := schema["type"]; ok && !slices.ContainsFunc(asList(want), func(w any) bool { return slices.Contains(typesOf(v), w.(string)) }) {
		return fmt.Sprintf("%v is no %v", v, want)
	}
	items, _ := schema["items"].(map[string]any)
	if list, ok := v.([]any); ok {
		for _, item := range list {
			if why := unfit(items, item); why != "" {
				return why
			}
		}
	}
	if fields, ok := v.(map[string]any); ok {
		return unfitFields(schema, fields)
	}
	return ""
}

func unfitFields(schema, fields map[string]any) string {
	for _, name := range asList(schema["required"]) {
		if _, ok := fields[name.(string)]; !ok {
			return fmt.Sprintf("no field %v", name)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	others, _ := schema["additionalProperties"].(map[string]any)
	for name, value := range fields {
		of, known := properties[name].(map[string]any)
		if !known {
			of = others
		}
		if why := unfit(of, value); why != "" {
			return name + ": " + why
		}
	}
	return ""
}

func asList(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	if v == nil {
		return nil
	}
	return []any{v}
}

func typesOf(v any) []string {
	switch v := v.(type) {
	case nil:
		return []string{"null"}
	case bool:
		return []string{"boolean"}
	case string:
		return []string{"string"}
	case []any:
		return []string{"array"}
	case map[string]any:
		return []string{"object"}
	case float64:
		if v == math.Trunc(v) {
			return []string{"number", "integer"}
		}
		return []string{"number"}
	}
	return nil
}
