package doctest

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// cited is a document that the files of TestCheck cite.
const cited = "# The page\n\n## How it works: `a` & b\n\n```\n# no heading\n```\n\n## Twice\n"

// others are in the tree of each of files.
var others = map[string]string{
	"docs/page.md":         cited,
	"docs/decisions/x.md":  "# X\n",
	"lut/predict/model.go": "package predict\n",
	"lut/table.go": "package lut\n\ntype Table struct {\n\tPath string\n\tHeader\n}\n\ntype Header struct{ N int }\n\n" +
		"func (h *Header) Rows() int { return 0 }\n\nfunc Load() {}\n\nconst OK = 1\n\ntype Meter interface{ Measure() }\n",
	"scripts/demo.sh": "#!/bin/sh\n",
}

// files are checked one by one, with the expected problems of each.
var files = []struct {
	about, name, text string
	want              []string
}{
	{"paths that exist", "lut/a.go", "// See docs/page.md, scripts/demo.sh, ./lut/predict and lut/predict.Model.\npackage lut\n", nil},
	{"a path in the middle of a comment", "lut/a.go", "package lut\n\n// One,\n// two (docs/gone.md).\nvar a int\n",
		[]string{"lut/a.go:4: docs/gone.md does not exist"}},
	{"a package that was moved", "docs/b.md", "What is in `lut/old` and lut/old.Model.\n",
		[]string{"docs/b.md:1: lut/old does not exist", "docs/b.md:1: lut/old.Model does not exist"}},
	{"code is not read", "lut/a.go", "package lut\n\nconst a = \"docs/gone.md\"\n", nil},
	{"folders of users", "docs/b.md", "photos/cat/1.png, a/b and http://x/docs/gone.md\n", nil},
	{"patterns", "docs/b.md", "docs/*.md, docs/decisions/… and lut/*/nothing.go\n", []string{"docs/b.md:1: lut/*/nothing.go does not exist"}},
	{"a file beside the page, one in docs, one nowhere", "docs/decisions/y.md", "x.md, page.md, z.md\n", []string{"docs/decisions/y.md:1: z.md does not exist"}},
	{"names", "docs/b.md", "`lut.Table.Path`, lut.Header.Rows, lut.Table.N, `lut.OK`, lut.Load, lut.Meter.Measure, strings.Cut, x.lut\n", nil},
	{"names that are not there", "lut/a.go", "// Of lut.Gone, lut.Header.Gone and\n// lut.Meter.Gone.\npackage lut\n",
		[]string{"lut/a.go:1: lut.Gone does not exist", "lut/a.go:1: lut.Header.Gone does not exist", "lut/a.go:2: lut.Meter.Gone does not exist"}},
	{"names in a drawing", "docs/a.svg", "<text>lut.Gone</text>\n<text>lut.Table</text>\n", []string{"docs/a.svg:1: lut.Gone does not exist"}},
	{"names of other languages", "lut/a.py", "lut.Gone()\n", nil},
	{"sections, broken over lines", "lut/a.go", "// docs/page.md, \"How it\n// works: `a` & b\", docs/page.md, \"no heading\".\npackage lut\n",
		[]string{"lut/a.go:2: docs/page.md has no section \"no heading\""}},
	{"links", "docs/b.md", "[a](page.md) [b](page.md#how-it-works-a--b) [c](#here) [d](../docs) [e](https://x.y/z)\n\n# Here\n", nil},
	{"links that lead nowhere", "docs/b.md", "[a](gone.md)\n[b](page.md#no-heading)\n[c](../page.md)\n",
		[]string{"docs/b.md:1: the link to gone.md leads nowhere", "docs/b.md:1: gone.md does not exist",
			"docs/b.md:2: the link to page.md#no-heading has no heading to lead to", "docs/b.md:3: the link to ../page.md leads nowhere"}},
	{"places outside of a clone", "scripts/a.py", "# as in facts" + "/engine.md\nopen('.." + "/shared/x')\n",
		[]string{"scripts/a.py:1: facts" + "/ is in no clone", "scripts/a.py:1: facts" + "/engine.md does not exist", "scripts/a.py:2: .." + "/shared is in no clone"}},
	{"C and shell", "engine/a.c", "/* docs/gone.h\n * lut/gone */\n", []string{"engine/a.c:1: docs/gone.h does not exist", "engine/a.c:2: lut/gone does not exist"}},
	{"test data cites its own", "lut/testdata/a.md", "docs/gone.md\n", nil},
	{"other kinds of files", "docs/a.txt", "docs/gone.md\n", nil},
}

func TestCheck(t *testing.T) {
	for _, f := range files {
		tree := fstest.MapFS{f.name: {Data: []byte(f.text)}}
		for name, text := range others {
			tree[name] = &fstest.MapFile{Data: []byte(text)}
		}
		problems, err := Check(tree)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range problems {
			got = append(got, p.String())
		}
		if d := cmp.Diff(f.want, got, cmpopts.SortSlices(strings.Compare)); d != "" {
			t.Errorf("%s: %s", f.about, d)
		}
	}
}
