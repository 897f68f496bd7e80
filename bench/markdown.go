package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
)

// markdown prints the lines of a file as one table for each kind of row.
func markdown(w io.Writer, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var kinds []string
	tables := map[string][]line{}
	scanner := bufio.NewScanner(file)
	for n := 1; scanner.Scan(); n++ {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return fmt.Errorf("%s, line %d: %w", path, n, err)
		}
		kind := fmt.Sprint(l["bench"])
		if l["error"] != nil {
			kind += ", failed"
		}
		if tables[kind] == nil {
			kinds = append(kinds, kind)
		}
		tables[kind] = append(tables[kind], l)
	}
	for _, kind := range kinds {
		table(w, kind, tables[kind])
	}
	return scanner.Err()
}

// table has a column for whatever a line has: settings, then derived figures,
// then what was measured of each contestant.
func table(w io.Writer, kind string, lines []line) {
	keys := map[string]int{}
	for _, l := range lines {
		for key, v := range l {
			switch _, contestant := v.(map[string]any); {
			case key == "bench":
			case contestant:
				keys[key] = 2
			case strings.Contains(key, "_"):
				keys[key] = 1
			default:
				keys[key] = 0
			}
		}
	}
	columns := slices.SortedFunc(maps.Keys(keys), func(a, b string) int {
		if keys[a] != keys[b] {
			return keys[a] - keys[b]
		}
		return strings.Compare(a, b)
	})
	fmt.Fprintf(w, "## %s\n\n| %s |\n|%s\n", kind, strings.Join(columns, " | "), strings.Repeat(" --- |", len(columns)))
	for _, l := range lines {
		var cells []string
		for _, c := range columns {
			cells = append(cells, cell(l[c]))
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
	fmt.Fprintln(w)
}

// cell is a figure, a text, or of a contestant its median step and its peak.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case map[string]any:
		return fmt.Sprintf("%v ms, %v MB", v["median_ms"], v["peak_rss_mb"])
	default:
		return strings.ReplaceAll(fmt.Sprint(v), "|", "\\|")
	}
}
