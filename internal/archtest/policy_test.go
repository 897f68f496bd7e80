package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "fbnas"

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
	CgoFiles   []string
}

// local is an import path of this module without the module's name.
func local(path string) (string, bool) { return strings.CutPrefix(path, module+"/") }

func load(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,CgoFiles", "./...")
	cmd.Dir = "../.."
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, errs.String())
	}
	packages := map[string]listed{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if name, ok := local(p.ImportPath); ok {
			packages[name] = p
		}
	}
	if len(packages) == 0 {
		t.Fatal("go list found no package")
	}
	return packages
}

// standard reports whether a path is in the standard library ("C" is cgo's).
func standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first != module && !strings.Contains(first, ".")
}

// used is the row of a package that would allow exactly what the
// package imports, with other modules by their path.
func used(p listed) string {
	var names []string
	for _, path := range p.Imports {
		name, _ := local(path)
		if name == "" {
			name = path
		}
		if !standard(path) && !slices.Contains(strings.Fields(helpers), name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// grants reports whether a name of a row allows an import.
func grants(name, path string) bool {
	if p, ok := local(path); ok {
		return p == name || name == "*"
	}
	return path == name || strings.HasPrefix(path, name+"/")
}

func TestImports(t *testing.T) {
	packages := load(t)
	rows := map[string][]string{}
	for _, r := range policy {
		rows[r.pkg] = strings.Fields(r.may)
	}
	for name, p := range packages {
		may, ok := rows[name]
		if !ok {
			t.Errorf("%s has no row in policy.go; it imports %q", name, used(p))
			continue
		}
		for _, path := range p.Imports {
			ok := func(n string) bool { return grants(n, path) }
			if !standard(path) && !slices.ContainsFunc(strings.Fields(helpers), ok) && !slices.ContainsFunc(may, ok) {
				t.Errorf("%s imports %s, which policy.go does not allow it", name, path)
			}
		}
		for _, n := range may {
			_, exists := packages[n]
			planned := !strings.Contains(n, ".") && !exists
			if !planned && !slices.ContainsFunc(p.Imports, func(path string) bool { return grants(n, path) }) {
				t.Errorf("%s may import %s by policy.go, and imports only %q", name, n, used(p))
			}
		}
	}
}

func TestRowsOnlyLookDown(t *testing.T) {
	below := map[string]bool{}
	for _, r := range policy {
		for _, n := range strings.Fields(r.may) {
			if n != "*" && !strings.Contains(n, ".") && !below[n] {
				t.Errorf("%s names %s, which has no row above it", r.pkg, n)
			}
		}
		if below[r.pkg] {
			t.Errorf("%s has two rows", r.pkg)
		}
		below[r.pkg] = true
	}
}

func TestApart(t *testing.T) {
	packages := load(t)
	for _, r := range apart {
		p := packages[r.pkg]
		for _, name := range strings.Fields(r.may) {
			if slices.Contains(p.Imports, name) || slices.Contains(p.Deps, module+"/"+name) {
				t.Errorf("%s depends on %s, and stays apart from it by policy.go", r.pkg, name)
			}
		}
	}
}

func TestCgo(t *testing.T) {
	packages := load(t)
	for name, p := range packages {
		if len(p.CgoFiles) > 0 && name != "engine/ort/native" {
			t.Errorf("%s has cgo files (%v); C of our own is engine/ort/native's business", name, p.CgoFiles)
		}
	}
	for _, dep := range packages["cmd/fbnas-agent"].Deps {
		if strings.HasPrefix(dep, "github.com/yalue/onnxruntime_go") {
			t.Errorf("the agent depends on %s; it must build without cgo", dep)
		}
	}
}
