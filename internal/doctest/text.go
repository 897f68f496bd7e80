package doctest

import (
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// page is the prose of one file, by line: a line without prose is "".
type page struct {
	name  string // slash-separated, from the root
	lines []string
}

// at is the number of the line, from 1, at a position of the joined text.
func (p page) at(offset int) int { return 1 + strings.Count(p.text()[:offset], "\n") }

func (p page) text() string { return strings.Join(p.lines, "\n") }

// markers begin a line of a comment in the supported languages.
var markers = regexp.MustCompile(`^\s*(//|#|\*|/\*)?[ \t]?`)

// whole are the extensions of files that are read completely, without
// their comment markers.
var whole = []string{".c", ".h", ".inc", ".py", ".sh", ".yaml", ".yml", ".svg", ".proto", ".mod", "Makefile", ".ci/run"}

// read returns the prose of a file; ok is false for kinds that are not read.
func read(name string, data []byte) (p page, ok bool) {
	p.name = name
	switch {
	case path.Ext(name) == ".go":
		p.lines = comments(data)
	case path.Ext(name) == ".md":
		p.lines = strings.Split(string(data), "\n")
	case slices.ContainsFunc(whole, func(end string) bool { return strings.HasSuffix(name, end) }):
		for _, line := range strings.Split(string(data), "\n") {
			p.lines = append(p.lines, markers.ReplaceAllString(line, ""))
		}
	default:
		return p, false
	}
	return p, true
}

// comments are a Go file's, each on its own line.
func comments(data []byte) []string {
	lines := make([]string, 1+strings.Count(string(data), "\n"))
	file := token.NewFileSet().AddFile("", -1, len(data))
	var s scanner.Scanner
	s.Init(file, data, nil, scanner.ScanComments)
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			return lines
		}
		if tok != token.COMMENT {
			continue
		}
		for i, line := range strings.Split(text, "\n") {
			lines[file.Line(pos)-1+i] += markers.ReplaceAllString(line, "")
		}
	}
}

var (
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.*?)\s*$`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```")
	unslug  = regexp.MustCompile(`[^\p{L}\p{N}\-_ ]`)
)

// headings are those of a Markdown file, outside of fenced code.
func headings(data []byte) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(fence.ReplaceAllString(string(data), ""), -1) {
		all = append(all, m[1])
	}
	return all
}

// slug is the anchor that GitHub makes from a heading without links.
func slug(heading string) string {
	return strings.ReplaceAll(unslug.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
}
