package ortc

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTable compares every place in the function table with the order of the
// members of struct OrtApi in the C header that the cgo binding brings along.
func TestTable(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yalue/onnxruntime_go").Output()
	if err != nil {
		t.Skipf("no module cache with the C header: %v", err)
	}
	header, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "onnxruntime_c_api.h"))
	if err != nil {
		t.Skipf("no C header: %v", err)
	}
	members := apiMembers(t, string(header))
	for place, name := range names {
		if int(place) >= len(members) || members[place] != name {
			t.Errorf("%s is not at place %d", name, place)
		}
		if place >= entries {
			t.Errorf("%s at %d is outside of the %d entries that are read", name, place, entries)
		}
	}
}

// apiMembers lists the names of the functions of struct OrtApi in order.
func apiMembers(t *testing.T, header string) []string {
	t.Helper()
	_, body, ok := strings.Cut(header, "struct OrtApi {")
	if !ok {
		t.Fatal("the header has no struct OrtApi")
	}
	body, _, _ = strings.Cut(body, "\n};")
	body = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(body, "")
	body = regexp.MustCompile(`//[^\n]*`).ReplaceAllString(body, "")
	member := regexp.MustCompile(`ORT_API2_STATUS\(\s*(\w+)|ORT_CLASS_RELEASE2?\(\s*(\w+)\)|ORT_API_T?\(\s*[^,]*,\s*(\w+)|\(\s*ORT_API_CALL\s*\*\s*(\w+)\)`)
	var out []string
	for _, declaration := range strings.Split(body, ";") {
		if strings.TrimSpace(declaration) == "" {
			continue
		}
		m := member.FindStringSubmatch(declaration)
		if m == nil {
			t.Fatalf("a member of struct OrtApi that this test cannot read: %s", strings.TrimSpace(declaration))
		}
		name := m[1] + m[3] + m[4]
		if m[2] != "" {
			name = "Release" + m[2]
		}
		out = append(out, name)
	}
	return out
}
