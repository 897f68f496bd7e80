package jsonschema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// Validate checks a JSON value against a schema from a Maker, and knows no
// other keywords. A field that the schema does not name is an error: the schema
// is a complete description of what a program writes.
func Validate(schema any, document []byte) error {
	text, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	var s, v any
	for _, part := range []struct {
		text []byte
		to   *any
	}{{text, &s}, {document, &v}} {
		d := json.NewDecoder(bytes.NewReader(part.text))
		d.UseNumber()
		if err := d.Decode(part.to); err != nil {
			return err
		}
	}
	return validate(s.(map[string]any), v, "")
}

func validate(schema map[string]any, v any, at string) error {
	if enum, ok := schema["enum"].([]any); ok && !slices.Contains(enum, v) {
		return fmt.Errorf("%s is %v, not one of %v", at, v, enum)
	}
	if ways, ok := schema["anyOf"].([]any); ok {
		var err error
		for _, way := range ways {
			if err = validate(way.(map[string]any), v, at); err == nil {
				return nil
			}
		}
		return err
	}
	if types := typesOf(schema["type"]); types != nil && !slices.ContainsFunc(types, func(t string) bool { return isOf(v, t) }) {
		return fmt.Errorf("%s is %v, not of type %v", at, v, types)
	}
	switch v := v.(type) {
	case map[string]any:
		return validateObject(schema, v, at)
	case []any:
		items, ok := schema["items"].(map[string]any)
		for i := 0; ok && i < len(v); i++ {
			if err := validate(items, v[i], fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func validateObject(schema, v map[string]any, at string) error {
	properties, named := schema["properties"].(map[string]any)
	others, open := schema["additionalProperties"].(map[string]any)
	if required, ok := schema["required"].([]any); ok {
		for _, name := range required {
			if _, ok := v[name.(string)]; !ok {
				return fmt.Errorf("%s.%s is missing", at, name)
			}
		}
	}
	for name, value := range v {
		of, known := properties[name].(map[string]any)
		switch {
		case known:
		case open:
			of = others
		case named:
			return fmt.Errorf("%s.%s is not in the schema", at, name)
		default:
			continue // a schema without properties accepts any
		}
		if err := validate(of, value, at+"."+name); err != nil {
			return err
		}
	}
	return nil
}

// typesOf is a schema's type or types; nil if it has none.
func typesOf(t any) []string {
	switch t := t.(type) {
	case string:
		return []string{t}
	case []any:
		var all []string
		for _, one := range t {
			all = append(all, one.(string))
		}
		return all
	}
	return nil
}

func isOf(v any, kind string) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case string:
		return kind == "string"
	case bool:
		return kind == "boolean"
	case json.Number:
		_, err := v.Int64()
		return kind == "number" || kind == "integer" && err == nil
	case []any:
		return kind == "array"
	}
	return kind == "object"
}
