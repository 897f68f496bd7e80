// Package jsonschema makes JSON Schemas (draft 2020-12) from the Go types that
// write the documents, so that schema and program always agree.
package jsonschema
