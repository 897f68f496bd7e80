package models

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every example in docs/arch.md can be read: whole files, and rows on 64
// channels of 14x14, each by itself. Every field and kind has its place there.
func TestArchDocument(t *testing.T) {
	data, err := os.ReadFile("../docs/arch.md")
	if err != nil {
		t.Fatal(err)
	}
	const rows = "version: 1\nname: x\ninput: {channels: 64, height: 14, width: 14}\nclasses: 10\n" +
		"rounding: {divisor: 8, bump_below: 0.95}\nblocks:\n  ROW\nhead: {bias: true}\n"
	text := string(data)
	files, used := 0, ""
	for _, m := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(text, -1) {
		examples := []string{m[1]}
		if strings.HasPrefix(m[1], "- ") {
			examples = nil
			for line := range strings.Lines(m[1]) {
				examples = append(examples, strings.Replace(rows, "ROW", strings.TrimSpace(line), 1))
			}
		} else {
			files++
		}
		for _, e := range examples {
			used += e
			if _, err := ParseArch([]byte(e)); err != nil {
				t.Errorf("%v in\n%s", err, e)
			}
		}
	}
	if files != 2 {
		t.Errorf("%d whole files, want 2", files)
	}
	for _, f := range (&Arch{}).Fields() {
		if !strings.Contains(text, "| `"+f.Name+"` |") {
			t.Errorf("%s is not described", f.Name)
		}
	}
	for _, f := range (&Row{}).Fields() {
		if !regexp.MustCompile(`(?m)^\|[^|]*` + "`" + f.Name + "`" + `[^|]*\|`).MatchString(text) {
			t.Errorf("the field %s of a row is not described", f.Name)
		}
		if !strings.Contains(used, f.Name+": ") {
			t.Errorf("no example has the field %s", f.Name)
		}
	}
	for _, k := range rowKinds() {
		if !strings.Contains(text, "**`"+k+"`**") || !strings.Contains(used, "kind: "+k+",") {
			t.Errorf("the kind %s is not described, or has no example", k)
		}
	}
}
