package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// readLines reads a run's output.
func readLines(r io.Reader) ([]line, error) {
	var lines []line
	scanner := bufio.NewScanner(r)
	for scanner.Scan() {
		var l line
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			return nil, fmt.Errorf("JSON line %d: %w", len(lines)+1, err)
		}
		lines = append(lines, l)
	}
	return lines, scanner.Err()
}

// page prints lines as the page of figures: for each section that has lines its
// text and its table, then the failures.
func page(w io.Writer, lines []line) error {
	byKind, failed := map[string][]line{}, []line(nil)
	for _, l := range lines {
		if l["error"] != nil {
			failed = append(failed, l)
			continue
		}
		kind, ok := l["bench"].(string)
		if !ok || !slices.ContainsFunc(sections, func(s section) bool { return s.bench == kind }) {
			return fmt.Errorf("a line of kind %v has no section on the page", l["bench"])
		}
		byKind[kind] = append(byKind[kind], l)
	}
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "# Performance\n\n%s", introduction)
	for _, s := range sections {
		if len(byKind[s.bench]) == 0 {
			continue
		}
		fmt.Fprintf(out, "\n## %s\n\n%s\n", s.title, s.text)
		if s.measured {
			fmt.Fprintf(out, "\n    make bench BENCH='-only \"^%s \"'\n", s.bench)
		}
		if s.bench == "environment" {
			list(out, byKind[s.bench])
		} else {
			table(out, byKind[s.bench], s.columns)
		}
	}
	if len(failed) > 0 {
		fmt.Fprintf(out, "\n## Failed\n")
		table(out, failed, []string{"bench"})
	}
	fmt.Fprintf(out, "\n%s", notMeasured)
	return out.Flush()
}

// list prints each line as an item with its values.
func list(w io.Writer, lines []line) {
	fmt.Fprintln(w)
	for _, l := range lines {
		for _, key := range slices.Sorted(maps.Keys(l)) {
			if key != "bench" {
				fmt.Fprintf(w, "- %s: %s\n", key, cell(l[key]))
			}
		}
	}
}

// table has the columns first, then one for everything else that a line has:
// settings, derived figures, and the contestants' measurements.
func table(w io.Writer, lines []line, first []string) {
	rank := map[string]int{}
	for _, l := range lines {
		for key, v := range l {
			i := slices.Index(first, key)
			switch _, contestant := v.(map[string]any); {
			case i >= 0:
				rank[key] = i
			case key == "bench":
			case contestant:
				rank[key] = len(first) + 2
			case strings.Contains(key, "_"):
				rank[key] = len(first) + 1
			default:
				rank[key] = len(first)
			}
		}
	}
	columns := slices.SortedFunc(maps.Keys(rank), func(a, b string) int {
		if rank[a] != rank[b] {
			return rank[a] - rank[b]
		}
		return strings.Compare(a, b)
	})
	fmt.Fprintf(w, "\n| %s |\n|%s\n", strings.ReplaceAll(strings.Join(columns, " | "), "_", " "), strings.Repeat(" --- |", len(columns)))
	for _, l := range lines {
		var cells []string
		for _, c := range columns {
			cells = append(cells, cell(l[c]))
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
}

// cell is a figure or a text; for a contestant, its median step, its peak memory
// and how much of that loading needs.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case map[string]any:
		text := fmt.Sprintf("%v ms", v["median_ms"])
		if peak, ok := v["peak_rss_mb"].(float64); ok && peak > 0 {
			text += fmt.Sprintf(", %.0f MB (%.0f)", peak, v["import_rss_mb"])
		}
		return text
	default:
		return strings.ReplaceAll(fmt.Sprint(v), "|", "\\|")
	}
}
