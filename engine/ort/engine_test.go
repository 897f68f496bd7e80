package ort_test

import (
	"testing"

	"fbnas/engine/enginetest"
	"fbnas/engine/ort"
	"fbnas/internal/setup"
)

func newEngine(t *testing.T) *ort.Engine {
	t.Helper()
	library, err := setup.ORTLibrary()
	if err != nil {
		t.Skipf("%v (make setup)", err)
	}
	e, err := ort.New(ort.Options{Library: library, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestSuite(t *testing.T) { enginetest.Suite(t, newEngine(t), 2e-6) }
