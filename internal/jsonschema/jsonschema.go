package jsonschema

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// Draft is the address of the vocabulary that schemas use.
const Draft = "https://json-schema.org/draft/2020-12/schema"

// Object is a JSON object whose fields keep their given order.
type Object []Field

// Field is a field of an Object.
type Field struct {
	Name  string
	Value any
}

// Pairs is the object of alternating names and values. It panics if a name is not a
// string.
func Pairs(pairs ...any) Object {
	var o Object
	for i := 0; i < len(pairs); i += 2 {
		o = append(o, Field{pairs[i].(string), pairs[i+1]})
	}
	return o
}

// MarshalJSON writes the fields in their order.
func (o Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, f := range o {
		b.WriteByte("{,"[min(i, 1)])
		for _, part := range []any{f.Name, f.Value} {
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

// Writer is a type whose MarshalJSON writes it in the form of another type.
type Writer interface{ WrittenAs() reflect.Type }

// Maker makes schemas. It maps types that encoding/json does not describe to
// their schemas.
type Maker map[reflect.Type]any

// Enum is the schema of a value that is one of the given ones.
func Enum(values ...any) any { return Object{{"enum", values}} }

// Fields are the properties of a struct, and the names of those that are always present.
func (m Maker) Fields(t reflect.Type) (properties Object, required []string) {
	required = []string{}
	m.addFields(t, &properties, &required)
	return properties, required
}

// addFields adds the JSON fields of a struct; the fields of embedded structs become
// its own.
func (m Maker) addFields(t reflect.Type, properties *Object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if f.Anonymous && !tagged {
			m.addEmbedded(f.Type, properties, required)
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		flags := strings.Split(options, ",")
		schema := m.Of(f.Type)
		if slices.Contains(flags, "string") {
			schema = Object{{"type", "string"}}
		}
		*properties = append(*properties, Field{name, schema})
		if !slices.Contains(flags, "omitempty") {
			*required = append(*required, name)
		}
	}
}

// addEmbedded adds the fields of an embedded struct, except those that the
// outer struct has under the same names.
func (m Maker) addEmbedded(t reflect.Type, properties *Object, required *[]string) {
	var inner Object
	var always []string
	m.addFields(t, &inner, &always)
	for _, f := range inner {
		if !slices.ContainsFunc(*properties, func(known Field) bool { return known.Name == f.Name }) {
			*properties = append(*properties, f)
			if slices.Contains(always, f.Name) {
				*required = append(*required, f.Name)
			}
		}
	}
}

// kinds of Go values that have one JSON type.
var kinds = map[reflect.Kind]string{
	reflect.String: "string", reflect.Bool: "boolean", reflect.Float64: "number",
	reflect.Float32: "number", reflect.Int: "integer", reflect.Int64: "integer", reflect.Uint64: "integer",
}

// Of is the schema of the JSON form of a type. It panics
// for types that no document has.
func (m Maker) Of(t reflect.Type) any {
	if schema, ok := m[t]; ok {
		return schema
	}
	if t.Implements(reflect.TypeFor[Writer]()) && t.Kind() != reflect.Pointer {
		return m.Of(reflect.Zero(t).Interface().(Writer).WrittenAs())
	}
	switch t.Kind() {
	case reflect.Pointer:
		return Object{{"anyOf", []any{m.Of(t.Elem()), Object{{"type", "null"}}}}}
	case reflect.Slice:
		return Object{{"type", []string{"array", "null"}}, {"items", m.Of(t.Elem())}}
	case reflect.Map:
		return Object{{"type", []string{"object", "null"}}, {"additionalProperties", m.Of(t.Elem())}}
	case reflect.Struct:
		properties, required := m.Fields(t)
		return Object{{"type", "object"}, {"properties", properties}, {"required", required}}
	}
	name, ok := kinds[t.Kind()]
	if !ok {
		panic("jsonschema: no JSON type for " + t.String())
	}
	return Object{{"type", name}}
}
