package doctest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
)

// dotted is an exported name of a package, optionally with a member.
var dotted = regexp.MustCompile("(?:^|[\\s(\\[`*>])([a-z][a-z0-9]*)\\.([A-Z]\\w*)(?:\\.([A-Z]\\w*))?")

// exported are the names that the packages of a tree export, by the last
// element of the path: Type, Func, and Type.Member for methods and fields.
type exported map[string]map[string]bool

// add reads a Go file. Files that do not parse are left to the compiler.
func (e exported) add(file string, data []byte) {
	if path.Ext(file) != ".go" {
		return
	}
	f, err := parser.ParseFile(token.NewFileSet(), file, data, parser.SkipObjectResolution)
	if err != nil || f.Name.Name == "main" {
		return
	}
	names := e[path.Base(path.Dir(file))]
	if names == nil {
		names = map[string]bool{}
		e[path.Base(path.Dir(file))] = names
	}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			names[receiver(d)+d.Name.Name] = true
		case *ast.GenDecl:
			for _, s := range d.Specs {
				spec(names, s)
			}
		}
	}
}

// receiver is "Type." for a method, "" for a function.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	t := d.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "."
	}
	return ""
}

func spec(names map[string]bool, s ast.Spec) {
	switch s := s.(type) {
	case *ast.ValueSpec:
		for _, n := range s.Names {
			names[n.Name] = true
		}
	case *ast.TypeSpec:
		names[s.Name.Name] = true
		var members *ast.FieldList
		switch t := s.Type.(type) {
		case *ast.StructType:
			members = t.Fields
		case *ast.InterfaceType:
			members = t.Methods
		default:
			return
		}
		for _, f := range members.List {
			for _, n := range f.Names {
				names[s.Name.Name+"."+n.Name] = true
			}
			if len(f.Names) == 0 { // embedded: its members are not included
				names[s.Name.Name+".*"] = true
			}
		}
	}
}

// name checks a name of a package of this tree.
func (c *checker) name(pkg, of, member string) string {
	names := c.exported[pkg]
	switch {
	case names == nil, names[of] && (member == "" || names[of+"."+member] || names[of+".*"]):
		return ""
	case !names[of]:
		return pkg + "." + of + " does not exist"
	}
	return pkg + "." + of + "." + member + " does not exist"
}

// packages reads what every package exports.
func packages(tree fs.FS) (exported, error) {
	e := exported{}
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, file)
		e.add(file, data)
		return err
	})
	return e, err
}
