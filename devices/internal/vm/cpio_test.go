package vm

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCPIO compares with an archive written by hand from the format's
// description.
func TestCPIO(t *testing.T) {
	c := &cpio{}
	c.add("etc", folderMode, nil)
	c.add("etc/text", fileMode, []byte("seven b"))
	c.end()
	zeros := func(n int) string { return strings.Repeat("00000000", n) }
	want := []string{
		"070701" + "00000001" + "000041ed" + zeros(2) + "00000001" + zeros(1) + "00000000" + zeros(4) + "00000004" + zeros(1), "etc\x00\x00\x00",
		"070701" + "00000002" + "000081a4" + zeros(2) + "00000001" + zeros(1) + "00000007" + zeros(4) + "00000009" + zeros(1), "etc/text\x00\x00", "seven b\x00",
		"070701" + "00000003" + "00000000" + zeros(2) + "00000001" + zeros(1) + "00000000" + zeros(4) + "0000000b" + zeros(1), "TRAILER!!!\x00\x00\x00\x00",
	}
	if diff := cmp.Diff(strings.Join(want, ""), c.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
