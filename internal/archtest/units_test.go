package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// inUnitOfCost are the fields that hold microseconds where a table gives the costs
// and something else where a search counts: by file, then by name.
var inUnitOfCost = map[string]string{
	"lut/predict.go":    "Cost Error PredictedCost",
	"search/summary.go": "Target Limit Smallest Largest Start Expected",
}

// microseconds finds the key of a field in JSON or YAML that holds them.
var microseconds = regexp.MustCompile(`(?:json|yaml):"(?:\w+_)?us[",]`)

// Fields that hold microseconds say so in their names, as they do in documents
// (docs/decisions/microseconds.md).
func TestMicrosecondsAreNamed(t *testing.T) {
	root, checked := os.DirFS("../.."), 0
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		source, err := fs.ReadFile(root, path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			f, ok := n.(*ast.Field)
			if !ok || f.Tag == nil || !microseconds.MatchString(f.Tag.Value) {
				return true
			}
			for _, name := range f.Names {
				checked++
				if !strings.HasSuffix(name.Name, "US") && !strings.Contains(" "+inUnitOfCost[path]+" ", " "+name.Name+" ") {
					t.Errorf("%s: %s %s holds microseconds, and its name does not end in US", path, name.Name, f.Tag.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || checked < 80 {
		t.Errorf("%d fields were checked (%v)", checked, err)
	}
}
