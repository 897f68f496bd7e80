// Package jsonschema makes JSON Schemas (draft 2020-12) from the Go types that
// write the documents, so that a schema cannot say anything else than the
// program does.
package jsonschema
