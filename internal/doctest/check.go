package doctest

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Problem is a citation of something that does not exist.
type Problem struct {
	File string
	Line int // from 1
	What string
}

// String is the problem in the form of compilers.
func (p Problem) String() string { return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.What) }

// leftOut are folders in which nothing is read: build results, and test data,
// which cites files of its own.
var leftOut = []string{".git", "bin", "runs", "testdata"}

// elsewhere are names that look like citations of this tree but are not.
var elsewhere = map[string]string{
	"model.md":        "the card that export writes",
	"train/loss":      "a series of TensorBoard",
	"Operators.md":    "ONNX's documentation",
	"Changelog.md":    "ONNX's documentation",
	"Broadcasting.md": "ONNX's documentation",
}

// gone are places that exist only on some machines: no text may name them.
var gone = regexp.MustCompile(`\bfacts/|\.\./shared\b`)

var (
	paths   = regexp.MustCompile("(?:^|[\\s(\"'`=])((?:\\./)?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.*-]+)+/?)")
	named   = regexp.MustCompile("(?:^|[\\s(\"'`])([A-Za-z0-9_/-]+\\.md)\\b")
	section = regexp.MustCompile(`([A-Za-z0-9_/-]+\.md),\s+"([^"]+)"`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	member  = regexp.MustCompile(`\.[A-Z]\w*(\.\w+)*$`)
	space   = regexp.MustCompile(`\s+`)
)

// checker finds citations of things that its tree does not have.
type checker struct {
	tree     fs.FS
	top      map[string]bool // folders at the root
	exported exported
	problems []Problem
}

// Check reads every file of a tree, the root of the repository, and returns
// the citations of things that do not exist.
func Check(tree fs.FS) ([]Problem, error) {
	c := checker{tree: tree, top: map[string]bool{}}
	var err error
	if c.exported, err = packages(tree); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		c.top[e.Name()] = e.IsDir() && !slices.Contains(leftOut, e.Name())
	}
	err = fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if slices.Contains(leftOut, e.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !e.Type().IsRegular() {
			return nil
		}
		data, err := fs.ReadFile(tree, name)
		if p, ok := read(name, data); ok && err == nil {
			c.page(p)
		}
		return err
	})
	return c.problems, err
}

func (c *checker) page(p page) {
	text := p.text()
	each := func(re *regexp.Regexp, check func(groups []string) string) {
		for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
			var groups []string
			for i := 0; i < len(m); i += 2 {
				groups = append(groups, text[max(m[i], 0):max(m[i+1], 0)])
			}
			if what := check(groups); what != "" {
				c.problems = append(c.problems, Problem{p.name, p.at(max(m[len(m)-2], m[0])), what})
			}
		}
	}
	each(gone, func(g []string) string { return g[0] + " is in no clone" })
	each(paths, func(g []string) string { return c.path(g[1]) })
	each(named, func(g []string) string { return c.named(p, g[1]) })
	each(section, func(g []string) string { return c.section(p, g[1], g[2]) })
	if slices.Contains([]string{".go", ".md", ".svg"}, path.Ext(p.name)) {
		each(dotted, func(g []string) string { return c.name(g[1], g[2], g[3]) })
	}
	if path.Ext(p.name) == ".md" {
		each(link, func(g []string) string { return c.link(p, g[1]) })
	}
}

func (c *checker) exists(name string) bool {
	found, err := fs.Glob(c.tree, name)
	return err == nil && len(found) > 0
}

// path checks a path that begins with a folder of the root: a file, a folder, or a
// package with one of its names.
func (c *checker) path(cited string) string {
	name := strings.TrimRight(strings.TrimPrefix(cited, "./"), "./*-")
	first, _, _ := strings.Cut(name, "/")
	if !c.top[first] || c.exists(name) || c.exists(member.ReplaceAllString(name, "")) || elsewhere[name] != "" {
		return ""
	}
	return name + " does not exist"
}

// find is the Markdown file that a page names: from the root, beside the
// page, or in docs; "" if there is none.
func (c *checker) find(p page, name string) string {
	for _, folder := range []string{".", path.Dir(p.name), "docs"} {
		if at := path.Join(folder, name); c.exists(at) {
			return at
		}
	}
	return ""
}

// named checks a name that ends in .md and is no path from the root.
func (c *checker) named(p page, name string) string {
	if first, _, _ := strings.Cut(name, "/"); c.top[first] || elsewhere[name] != "" || c.find(p, name) != "" {
		return ""
	}
	return name + " does not exist"
}

func (c *checker) section(p page, name, title string) string {
	title = space.ReplaceAllString(title, " ")
	data, err := fs.ReadFile(c.tree, c.find(p, name))
	if err != nil || slices.Contains(headings(data), title) {
		return "" // a missing page is a problem of its own
	}
	return fmt.Sprintf("%s has no section %q", name, title)
}

func (c *checker) link(p page, target string) string {
	if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
		return ""
	}
	file, anchor, _ := strings.Cut(target, "#")
	at := p.name
	if file != "" {
		at = path.Join(path.Dir(p.name), file)
	}
	if _, err := fs.Stat(c.tree, at); err != nil {
		return "the link to " + target + " leads nowhere"
	}
	if anchor == "" {
		return ""
	}
	data, err := fs.ReadFile(c.tree, at)
	if err != nil || !slices.ContainsFunc(headings(data), func(h string) bool { return slug(h) == anchor }) {
		return "the link to " + target + " has no heading to lead to"
	}
	return ""
}
