package native

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"fbnas/internal/ortc/ortctest"
)

// TestTable compares the offsets in runtime.h with the order of the members of
// struct OrtApi in the C header that the cgo binding contains, and our
// struct OrtCustomOp with the header's.
func TestTable(t *testing.T) {
	header := ortctest.Header(t)
	text, err := os.ReadFile("runtime.h")
	if err != nil {
		t.Fatal(err)
	}
	members := ortctest.Members(t, header, "OrtApi")
	rows := regexp.MustCompile(`F\((\d+), (\w+),`).FindAllStringSubmatch(string(text), -1)
	if len(rows) < 10 {
		t.Fatalf("%d rows found in runtime.h", len(rows))
	}
	for _, row := range rows {
		place, _ := strconv.Atoi(row[1])
		if place >= len(members) || members[place] != row[2] {
			t.Errorf("%s is not at place %d", row[2], place)
		}
	}
	theirs := ortctest.Members(t, header, "OrtCustomOp")
	for i, name := range ortctest.Members(t, string(text), "OrtCustomOp") {
		if i >= len(theirs) || theirs[i] != name {
			t.Errorf("member %d of OrtCustomOp is %s, not the header's", i, name)
		}
	}
}
