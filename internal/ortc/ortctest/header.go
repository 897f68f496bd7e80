package ortctest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Header is the text of the header that the cgo binding contains. If it
// is missing, the test is skipped.
func Header(t testing.TB) string {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yalue/onnxruntime_go").Output()
	if err != nil {
		t.Skipf("no module cache with the C header: %v", err)
	}
	header, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "onnxruntime_c_api.h"))
	if err != nil {
		t.Skipf("no C header: %v", err)
	}
	return string(header)
}

var (
	comments = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
	// A member of a struct: by one of the header's macros, a pointer to a
	// function, or a plain field.
	member = regexp.MustCompile(`ORT_API2_STATUS\(\s*(\w+)|ORT_CLASS_RELEASE2?\(\s*(\w+)\)|ORT_API_T?\(\s*[^,]*,\s*(\w+)|\(\s*(?:ORT_API_CALL)?\s*\*\s*(\w+)\)|[ *](\w+)$`)
)

// Members lists the names of a struct's members in order, from a header's text.
func Members(t testing.TB, header, name string) []string {
	t.Helper()
	_, body, ok := strings.Cut(header, "struct "+name+" {")
	if !ok {
		t.Fatalf("the header has no struct %s", name)
	}
	body, _, _ = strings.Cut(body, "\n};")
	var names []string
	for _, declaration := range strings.Split(comments.ReplaceAllString(body, ""), ";") {
		declaration = strings.TrimSpace(declaration)
		if declaration == "" {
			continue
		}
		m := member.FindStringSubmatch(declaration)
		if m == nil {
			t.Fatalf("a member of struct %s that this test cannot read: %s", name, declaration)
		}
		if m[2] != "" {
			m[2] = "Release" + m[2]
		}
		names = append(names, strings.Join(m[1:], ""))
	}
	return names
}
