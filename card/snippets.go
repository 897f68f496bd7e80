package card

import (
	"bytes"
	"embed"
	"fmt"
	"strconv"
	"strings"
	"text/template"
)

// Snippet is a program, or a class for an app, that loads an exported file,
// prepares a picture as the network's data were prepared, and names its class.
type Snippet struct {
	Title string // Markdown: the language and its requirements
	Fence string // the language, for a fenced block
	Code  string
}

// languages has a row for each template in snippets/.
var languages = []struct{ name, title string }{
	{"python", "Python (`pip install onnxruntime numpy pillow`)"},
	{"kotlin", "Kotlin (Android: `com.microsoft.onnxruntime:onnxruntime-android`)"},
	{"swift", "Swift (iOS, macOS: the package `microsoft/onnxruntime-swift-package-manager`)"},
	{"go", "Go (`github.com/yalue/onnxruntime_go`, `golang.org/x/image`)"},
}

//go:embed snippets/*.tmpl
var snippetTexts embed.FS

var snippetTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"floats": floats, "text": strconv.Quote,
	// In Kotlin's strings a $ begins an expression.
	"kotlin": func(s string) string { return strings.ReplaceAll(strconv.Quote(s), "$", `\$`) },
}).ParseFS(snippetTexts, "snippets/*.tmpl"))

// snippetData is the data of the templates.
type snippetData struct {
	Input
	File, Labels string
	Classes      int
}

// Images is the number of images at once; a file with an open batch gets one.
func (d snippetData) Images() int { return max(d.Batch, 1) }

// Snippets are those for the card's file, one for each language.
func (c Card) Snippets() ([]Snippet, error) {
	var all []Snippet
	for _, l := range languages {
		var code bytes.Buffer
		data := snippetData{c.Input(), c.File.Name, c.File.Labels, len(c.Metadata.Classes)}
		if err := snippetTemplates.ExecuteTemplate(&code, l.name+".tmpl", data); err != nil {
			return nil, fmt.Errorf("lines of %s: %w", l.name, err)
		}
		all = append(all, Snippet{l.title, l.name, code.String()})
	}
	return all, nil
}
