package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"fbnas/internal/fault"
	"fbnas/job"
)

// document is what a verb printed with --json, kept in a file.
type document struct {
	name    string // the stage: base name of the file, without .json
	verb    string // from the schema
	text    []byte
	seconds float64
}

// verbs are those whose documents have figures that a report shows, in the
// order of a pipeline; from the documents of other verbs only the duration is shown.
var verbs = []struct {
	name string
	add  func(*loader, []byte) error
}{
	{"profile", nil},
	{"search", nil},
	{"baseline", nil},
	{"train", nil},
	{"export", (*loader).addExport},
	{"verify", nil},
	{"eval", (*loader).addEval},
	{"bench", (*loader).addBench},
}

// order is the place of a verb in a pipeline.
func order(verb string) int {
	for i, v := range verbs {
		if v.name == verb {
			return i
		}
	}
	return len(verbs)
}

// loadDocument keeps a document until the networks are known; other JSON files are
// ignored.
func (l *loader) loadDocument(path string) error {
	text, err := readLimited(path)
	if err != nil {
		return err
	}
	var head struct {
		Schema  string
		Seconds float64
	}
	err = json.Unmarshal(text, &head)
	verb, ours := strings.CutPrefix(head.Schema, "fbnas.")
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) || ours && err != nil {
		return fault.New(fault.Failure, "Remove the file, or print it again with --json.", "read %s: %w", path, err)
	}
	if !ours {
		return nil
	}
	verb, _, _ = strings.Cut(verb, "/")
	verb, _, _ = strings.Cut(verb, ".")
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	l.documents = append(l.documents, document{name, verb, text, head.Seconds})
	return nil
}

// settle adds the kept documents to the networks that they belong to.
func (l *loader) settle() error {
	slices.SortStableFunc(l.documents, func(a, b document) int { return cmp.Compare(order(a.verb), order(b.verb)) })
	exports, rest := l.split(order("export"))
	if err := l.add(exports); err != nil {
		return err
	}
	for _, m := range l.models {
		if err := l.addModel(m); err != nil {
			return err
		}
	}
	if err := l.add(rest); err != nil {
		return err
	}
	l.stages()
	return nil
}

// split separates the documents after those of the given place.
func (l *loader) split(place int) (upTo, after []document) {
	i := slices.IndexFunc(l.documents, func(d document) bool { return order(d.verb) > place })
	if i < 0 {
		i = len(l.documents)
	}
	return l.documents[:i], l.documents[i:]
}

func (l *loader) add(documents []document) error {
	for _, d := range documents {
		i := order(d.verb)
		if i == len(verbs) || verbs[i].add == nil {
			continue
		}
		if err := verbs[i].add(l, d.text); err != nil {
			return fmt.Errorf("read %s.json: %w", d.name, err)
		}
	}
	return nil
}

func (l *loader) addExport(text []byte) error {
	var d job.ExportResult
	if err := json.Unmarshal(text, &d); err != nil || d.Path == "" {
		return err
	}
	e := Export{Path: d.Path, Bytes: d.Bytes, Opset: int(d.Opset), IRVersion: int(d.IRVersion), Nodes: d.Nodes}
	if i := d.Int8; i != nil { // the parity is the float model's
		e.Int8Diff, e.Int8Inputs = i.Agreement.MaxAbsDiff, i.Agreement.Images
	} else {
		e.ParityDiff, e.ParityInputs = orZero(d.MaxAbsDiff), d.Inputs
	}
	run := filepath.Base(filepath.Dir(orZero(d.From)))
	for i := range l.Networks {
		if n := &l.Networks[i]; n.Run == run {
			n.Export = &e
		}
	}
	return nil
}

// orZero is a document's value, or zero if it is absent.
func orZero[T any](v *T) (value T) {
	if v != nil {
		value = *v
	}
	return value
}

func (l *loader) addEval(text []byte) error {
	var d job.EvalResult
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	if n := l.exported(filepath.Base(d.Path)); n != nil {
		n.Export.Top1, n.Export.TestImages = d.Top1, d.Images
	}
	return nil
}

func (l *loader) addBench(text []byte) error {
	var d job.BenchResult
	if err := json.Unmarshal(text, &d); err != nil {
		return err
	}
	device := strings.TrimSuffix(fmt.Sprintf("%s (%s)", d.Device.Name, d.Device.SoC), " ()")
	for _, m := range d.Models {
		if n := l.exported(filepath.Base(m.Path)); n != nil {
			n.Bench = &Bench{Device: device, LatencyUS: orZero(m.LatencyUS), RawUS: orZero(m.P50US), P90US: orZero(m.P90US),
				SentinelRatio: orZero(m.SentinelRatio), PredictedUS: orZero(m.PredictedUS), TargetUS: orZero(m.TargetUS),
				Rounds: m.Rounds, DroppedGroups: m.DroppedGroups}
		}
	}
	return nil
}

// stages lists the duration of each part, in the order of a pipeline.
func (l *loader) stages() {
	var all []document
	if s := l.Search; s != nil {
		all = append(all, document{name: "search", verb: "search", seconds: s.Seconds})
	}
	for _, n := range l.Networks {
		if n.Train != nil {
			all = append(all, document{name: n.Run, verb: "train", seconds: n.Train.Seconds})
		}
	}
	for _, d := range l.documents {
		if !slices.ContainsFunc(all, func(known document) bool { return known.name == d.name }) {
			all = append(all, d)
		}
	}
	slices.SortStableFunc(all, func(a, b document) int { return cmp.Compare(order(a.verb), order(b.verb)) })
	for _, d := range all {
		if d.seconds > 0 {
			l.stage(d.name, d.seconds)
		}
	}
}

// stage replaces a stage.
func (l *loader) stage(name string, seconds float64) {
	for i := range l.Stages {
		if l.Stages[i].Name == name {
			l.Stages[i].Seconds = seconds
			return
		}
	}
	l.Stages = append(l.Stages, Stage{name, seconds})
}
