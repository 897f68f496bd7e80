package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"fbnas/internal/text"
)

// fact is one line of a verb's text.
type fact struct {
	name  string
	value any
}

// writeFacts writes facts, one per line; it leaves out those without a value.
func writeFacts(w io.Writer, facts ...fact) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range facts {
		if value := fmt.Sprint(f.value); value != "" {
			fmt.Fprintf(tw, "%s\t%s\n", f.name, text.Plain(value))
		}
	}
	return tw.Flush()
}
