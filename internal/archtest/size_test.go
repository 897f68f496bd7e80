package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// The most that is easily read at once, outside tests.
const (
	maxFileLines     = 350
	maxFunctionLines = 50
	maxParameters    = 5
)

// TestSizes holds files and functions to what is easily read.
func TestSizes(t *testing.T) {
	files := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != ".."):
			return filepath.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil || ast.IsGenerated(file) {
			return err
		}
		checkSizes(t, files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkSizes(t *testing.T, files *token.FileSet, file *ast.File) {
	line := func(p token.Pos) int { return files.Position(p).Line }
	if n := line(file.FileEnd); n > maxFileLines {
		t.Errorf("%s has %d lines, at most %d are easily read", files.Position(file.Package).Filename, n, maxFileLines)
	}
	for n := range ast.Preorder(file) {
		var typ *ast.FuncType
		switch f := n.(type) {
		case *ast.FuncDecl:
			typ = f.Type
		case *ast.FuncLit:
			typ = f.Type
		default:
			continue
		}
		if lines := line(n.End()) - line(n.Pos()) + 1; lines > maxFunctionLines {
			t.Errorf("%s: a function of %d lines, at most %d are easily read", files.Position(n.Pos()), lines, maxFunctionLines)
		}
		if params := typ.Params.NumFields(); params > maxParameters {
			t.Errorf("%s: a function of %d parameters, at most %d are easily read: give it a struct", files.Position(n.Pos()), params, maxParameters)
		}
	}
}
