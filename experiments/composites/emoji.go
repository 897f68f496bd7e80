package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// emoji is one emoji by the name that all vendors' packages have for it, and its
// subgroup.
type emoji struct{ name, subgroup string }

// leftOut are groups of emoji that show no objects: parts of other emoji, signs
// and flags.
var leftOut = []string{"component", "symbols", "flags"}

// readEmoji reads Unicode's table of emoji in the order of their code points.
// names translates these: lower-case hexadecimal digits, joined by "-".
func readEmoji(folder string, names map[string]string) ([]emoji, error) {
	var table []struct {
		Hexcode         string
		Group, Subgroup *int
	}
	var of struct{ Groups, Subgroups map[string]string }
	if err := errors.Join(readJSON(filepath.Join(folder, "data.json"), &table), readJSON(filepath.Join(folder, "groups.json"), &of)); err != nil {
		return nil, err
	}
	var out []emoji
	for _, e := range table {
		if e.Group == nil || e.Subgroup == nil || slices.Contains(leftOut, of.Groups[strconv.Itoa(*e.Group)]) {
			continue
		}
		code := strings.ToLower(e.Hexcode)
		name, ok := names[code]
		if !ok {
			name, ok = names[strings.ReplaceAll(code, "-fe0f", "")]
		}
		if !ok {
			return nil, fmt.Errorf("no vendor names the emoji %s", e.Hexcode)
		}
		out = append(out, emoji{name, of.Subgroups[strconv.Itoa(*e.Subgroup)]})
	}
	return out, nil
}

// iconSet is a vendor's drawings as Iconify keeps them.
type iconSet struct {
	Width, Height float64
	Icons         map[string]icon
	Aliases       map[string]struct {
		Parent string
		HFlip  bool
	}
}

// icon is the inside of an SVG document and its view box; 0: as the set says.
type icon struct {
	Body                     string
	Left, Top, Width, Height float64
}

func readIcons(folder string) (iconSet, error) {
	var s iconSet
	return s, readJSON(filepath.Join(folder, "icons.json"), &s)
}

// svg is the drawing of an emoji as an SVG document.
func (s iconSet) svg(name string) (string, bool) {
	alias, aliased := s.Aliases[name]
	if aliased {
		name = alias.Parent
	}
	i, ok := s.Icons[name]
	if !ok {
		return "", false
	}
	if i.Width == 0 {
		i.Width = s.Width
	}
	if i.Height == 0 {
		i.Height = s.Height
	}
	if alias.HFlip {
		i.Body = fmt.Sprintf(`<g transform="matrix(-1 0 0 1 %g 0)">%s</g>`, 2*i.Left+i.Width, i.Body)
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="%g %g %g %g">%s</svg>`,
		i.Left, i.Top, i.Width, i.Height, i.Body), true
}

// readNames joins what vendors call code points; the first one that has a code
// point decides.
func readNames(folders []string) (map[string]string, error) {
	names := map[string]string{}
	for _, f := range folders {
		var chars map[string]string
		if err := readJSON(filepath.Join(f, "chars.json"), &chars); err != nil {
			return nil, err
		}
		for code, name := range chars {
			if _, ok := names[code]; !ok {
				names[code] = name
			}
		}
	}
	return names, nil
}

func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
