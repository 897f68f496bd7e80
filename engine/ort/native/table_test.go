package native

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestTable compares the places in runtime.h with the order of the members of
// struct OrtApi in the C header that the cgo binding brings along.
func TestTable(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yalue/onnxruntime_go").Output()
	if err != nil {
		t.Skipf("no module cache with the C header: %v", err)
	}
	header, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "onnxruntime_c_api.h"))
	if err != nil {
		t.Skipf("no C header: %v", err)
	}
	members := structMembers(t, string(header), "struct OrtApi {")
	own, err := os.ReadFile("runtime.h")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`F\((\d+), (\w+),`).FindAllStringSubmatch(string(own), -1)
	if len(rows) < 10 {
		t.Fatalf("%d rows found in runtime.h", len(rows))
	}
	for _, row := range rows {
		place, _ := strconv.Atoi(row[1])
		if place >= len(members) || members[place] != row[2] {
			t.Errorf("%s is not at place %d", row[2], place)
		}
	}
	ours := structMembers(t, string(own), "struct OrtCustomOp {")
	theirs := structMembers(t, string(header), "struct OrtCustomOp {")
	for i, name := range ours {
		if theirs[i] != name {
			t.Errorf("member %d of OrtCustomOp is %s, not %s", i, theirs[i], name)
		}
	}
}

var member = regexp.MustCompile(`ORT_API2_STATUS\(\s*(\w+)|ORT_CLASS_RELEASE2?\(\s*(\w+)\)|ORT_API_T?\(\s*[^,]*,\s*(\w+)|\(\s*(?:ORT_API_CALL)?\s*\*\s*(\w+)\)|[ *](\w+)$`)

// structMembers lists the names of a struct's members in order.
func structMembers(t *testing.T, header, begin string) []string {
	t.Helper()
	_, body, ok := strings.Cut(header, begin)
	if !ok {
		t.Fatalf("no %s", begin)
	}
	body, _, _ = strings.Cut(body, "\n};")
	body = regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(body, "")
	body = regexp.MustCompile(`//[^\n]*`).ReplaceAllString(body, "")
	var names []string
	for _, declaration := range strings.Split(body, ";") {
		if strings.TrimSpace(declaration) == "" {
			continue
		}
		m := member.FindStringSubmatch(strings.TrimSpace(declaration))
		if m == nil {
			t.Fatalf("a member that this test cannot read: %s", strings.TrimSpace(declaration))
		}
		name := m[1] + m[3] + m[4] + m[5]
		if m[2] != "" {
			name = "Release" + m[2]
		}
		names = append(names, name)
	}
	return names
}
