package main

import (
	"testing"

	"fbnas/train"
)

func TestSettingsOfFlagsExist(t *testing.T) {
	for flag, name := range settings {
		if _, err := (train.Config{}).With(train.Config{}, []string{name}); err != nil {
			t.Errorf("--%s: %v", flag, err)
		}
		if f := trainVerb(&app{}).Flags().Lookup(flag); f == nil {
			t.Errorf("train has no flag --%s", flag)
		}
	}
}
