package chw_test

import (
	"encoding/json"
	"testing"

	"fbnas/internal/chw"
)

func TestShape(t *testing.T) {
	s := chw.Shape{Channels: 3, Height: 20, Width: 30}
	if s.Size() != 1800 || s.Plane() != 600 || s.String() != "3x20x30" {
		t.Errorf("%v has %d values of %d pixels", s, s.Size(), s.Plane())
	}
	// Files and documents hold it under these names.
	if text, err := json.Marshal(s); err != nil || string(text) != `{"channels":3,"height":20,"width":30}` {
		t.Errorf("%s (%v)", text, err)
	}
}
