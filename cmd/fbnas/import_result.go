package main

import (
	"fmt"
	"io"

	"fbnas/internal/text"
)

// importResult says where a network's weights came from, and what is known of
// them.
type importResult struct {
	Path    string   `json:"path"`
	From    string   `json:"from"`
	Format  string   `json:"format"`
	Names   *string  `json:"names"` // the family whose names were translated
	Arch    string   `json:"arch"`
	Tensors int      `json:"tensors"` // taken from the file
	Drawn   []string `json:"drawn"`   // parameters that the file has nothing for
	Unused  []string `json:"unused"`  // tensors that the network has no place for
	Misfits []string `json:"misfits"`
	Note    *string  `json:"note"`
	counts
	Parity *parityInfo `json:"parity"` // of the file with the network; null without a graph
	Top1   *float64    `json:"top1"`
	Images int         `json:"test_images"`
}

func (r importResult) Text(w io.Writer) error {
	parity, accuracy, names := "", "", ""
	if r.Parity != nil {
		parity = r.Parity.String()
	}
	if r.Top1 != nil {
		accuracy = fmt.Sprintf("%s of %d test images", text.Percent(*r.Top1), r.Images)
	}
	if r.Names != nil {
		names = ", by the names of " + *r.Names
	}
	if r.Note != nil {
		names += "; " + *r.Note
	}
	return writeFacts(w,
		fact{"weights", r.Path},
		fact{"network", r.Arch},
		fact{"from", fmt.Sprintf("%s (%s): %d tensors%s", r.From, r.Format, r.Tensors, names)},
		fact{"drawn", text.List(r.Drawn)},
		fact{"left out", text.List(r.Unused)},
		fact{"misfits", text.List(r.Misfits)},
		fact{"params", r.Params},
		fact{"checked", parity},
		fact{"accuracy", accuracy})
}
