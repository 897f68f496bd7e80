package ortc

import (
	"testing"

	"fbnas/internal/ortc/ortctest"
)

// TestTable compares every index into the function table with the order of the
// members of struct OrtApi in the C header that the cgo binding contains.
func TestTable(t *testing.T) {
	members := ortctest.Members(t, ortctest.Header(t), "OrtApi")
	for place, name := range names {
		if int(place) >= len(members) || members[place] != name {
			t.Errorf("%s is not at place %d", name, place)
		}
		if place >= entries {
			t.Errorf("%s at %d is outside of the %d entries that are read", name, place, entries)
		}
	}
}
