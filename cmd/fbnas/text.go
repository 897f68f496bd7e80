package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"fbnas/report"
)

// fact is one line of a verb's text.
type fact struct {
	name  string
	value any
}

// writeFacts writes facts one below the other; those without a value are left
// out.
func writeFacts(w io.Writer, facts ...fact) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range facts {
		if text := fmt.Sprint(f.value); text != "" {
			fmt.Fprintf(tw, "%s\t%s\n", f.name, report.Plain(text))
		}
	}
	return tw.Flush()
}

// list joins options as a person reads them.
func list[T any](values []T) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, ", ")
}
