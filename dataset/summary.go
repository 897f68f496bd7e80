package dataset

import (
	"cmp"
	"fmt"
	"strings"

	"fbnas/internal/text"
)

// Summary says how a data set was read.
type Summary struct {
	Data       string         `json:"data"`   // a built-in name or a folder
	Kind       string         `json:"kind"`   // IDX, CIFAR-10, folder
	Digest     string         `json:"sha256"` // see Manifest
	Classes    []ClassSummary `json:"classes"`
	Train      PartSummary    `json:"train"`
	Validation PartSummary    `json:"validation"` // if there are test images, they are counted but not read
	Test       PartSummary    `json:"test"`
	LeftOut    []LeftOut      `json:"left_out"`
	Warnings   []string       `json:"warnings"`
}

// ClassSummary counts the images of a class.
type ClassSummary struct {
	Name  string `json:"name"`
	Train int    `json:"train_images"`
	Test  int    `json:"test_images"`
}

// PartSummary counts the images of a role and says where they are from.
type PartSummary struct {
	Images int    `json:"images"`
	From   string `json:"from"`
}

// summarise counts what a set contains.
func (s *Set) summarise(r raw, o Options) {
	sum := &s.Summary
	sum.Classes, sum.LeftOut, sum.Warnings = make([]ClassSummary, len(s.Classes)), append([]LeftOut{}, r.left...), append([]string{}, sum.Warnings...)
	for i, name := range s.Classes {
		sum.Classes[i].Name = name
	}
	for i := range s.Train.Len() {
		sum.Classes[s.Train.Label(i)].Train++
	}
	for i := range s.Test.Len() {
		sum.Classes[s.Test.Label(i)].Test++
	}
	from := r.from
	switch {
	case o.Whole:
		from[forTest], from[forTraining], from[forValidation] = "all images", "", ""
	case r.test.src == nil:
		from[forTest] = fmt.Sprintf("%.3g %% of %s, chosen by their content", 100*o.TestFraction, cmp.Or(from[forTraining], "the images"))
	}
	sum.Train = PartSummary{s.Train.Len(), from[forTraining]}
	sum.Validation = PartSummary{r.validation, from[forValidation]}
	sum.Test = PartSummary{s.Test.Len(), from[forTest]}
}

// String is a summary on one line.
func (s Summary) String() string {
	parts := []string{text.Plural(len(s.Classes), "class")}
	for _, p := range []struct {
		part PartSummary
		what string
	}{{s.Train, "training"}, {s.Validation, "validation"}, {s.Test, "test"}} {
		if p.part.Images == 0 {
			continue
		}
		line := text.Plural(p.part.Images, p.what+" image")
		if p.part.From != "" {
			line += " (" + p.part.From + ")"
		}
		parts = append(parts, line)
	}
	return fmt.Sprintf("data %s (%s): %s%s", s.Data, s.Kind, strings.Join(parts, "; "), leftOut(s.LeftOut))
}

// String is "" if nothing was left out.
func (l leftOut) String() string {
	var parts []string
	for _, o := range l {
		parts = append(parts, fmt.Sprintf("%d (%s; %s)", o.Count, o.Reason, some(namesOfLeft(o))))
	}
	if parts == nil {
		return ""
	}
	return "; left out: " + strings.Join(parts, ", ")
}

// namesOfLeft are the first names, and a mark if there are more.
func namesOfLeft(o LeftOut) []string {
	names := o.First[:min(len(o.First), 2)]
	if o.Count > len(names) {
		return append(append([]string{}, names...), "…")
	}
	return names
}
