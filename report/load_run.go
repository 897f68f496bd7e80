package report

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"fbnas/card"
	"fbnas/internal/rundir"
	"fbnas/job"
	"fbnas/models"
	"fbnas/search"
)

// curvePoints is the number of points kept of a curve.
const curvePoints = 300

// run is the content of a folder.
type run struct {
	info   rundir.Info
	config map[string]any
	curves map[string][]Point // by "kind value"
}

// setting returns a value of the configuration as text, "" if it is missing.
func (r run) setting(name string) string {
	text, _ := r.config[name].(string)
	return text
}

// curves turns metrics into curves, thinned.
func curves(records []rundir.Record) map[string][]Point {
	all := map[string][]Point{}
	for _, record := range records {
		for name, value := range record.Values {
			if measurable(value) {
				name = record.Kind + " " + name
				all[name] = append(all[name], Point{float64(record.Step), value})
			}
		}
	}
	for name, points := range all {
		all[name] = Thin(points, curvePoints)
	}
	return all
}

func (l *loader) addSearch(run run) error {
	s := &Search{}
	if run.info.Finished() {
		finished, err := job.OpenSearch(run.info.Path)
		if err != nil {
			return err
		}
		s = SearchOf(finished.Summary)
		for i := range s.Results {
			arch, err := finished.Arch(i)
			if err != nil {
				return err
			}
			blocks, err := arch.Resolve()
			if err != nil {
				return err
			}
			s.Results[i].Blocks = card.Blocks(blocks)
		}
	}
	s.Loss, s.ChoiceLoss = run.curves["weights loss"], run.curves["choices loss"]
	s.Accuracy, s.Temperature = run.curves["weights top1"], run.curves["weights temperature"]
	s.Expected, s.Limit = run.curves["choices cost"], run.curves["choices limit"]
	if text := run.setting("space"); text != "" {
		space, err := models.ParseSpace([]byte(text))
		if err != nil {
			return fmt.Errorf("config.yaml: space: %w", err)
		}
		s.Space, s.Log10Architectures = space.Name, space.Log10()
		s.Choices = choicesOf(space, run.curves)
	}
	l.Search = s
	return nil
}

// choicesOf names the probabilities of a run by the choices of its space.
func choicesOf(space models.Space, curves map[string][]Point) []Choice {
	var list []Choice
	for _, c := range space.Choices() {
		choice := Choice{Name: c.Name}
		for i, value := range c.Options {
			choice.Options = append(choice.Options, Option{
				Label:       OptionLabel(c.Kind, value),
				Probability: curves[fmt.Sprintf("probabilities %s/%d", c.Name, i)],
			})
		}
		list = append(list, choice)
	}
	return list
}

// SearchOf returns the content of a search's summary; it has no curves, choices and
// blocks.
func SearchOf(sum search.Summary) *Search {
	s := &Search{
		Log10Architectures: sum.Log10Architectures, SmallestUS: sum.Smallest, LargestUS: sum.Largest,
		Epochs: sum.Epochs, Seconds: sum.Seconds, Seed: sum.Seed, Warnings: sum.Warnings,
	}
	if sum.Table.Origin != "" {
		s.Certainty = &sum.Table
	}
	for _, f := range sum.Results {
		s.Results = append(s.Results, Result{Found: f})
	}
	return s
}

func (l *loader) addTraining(run run) error {
	n := l.network(filepath.Base(run.info.Path))
	if n.Train == nil {
		n.Train = &Train{}
	}
	if run.info.Finished() {
		var sum job.TrainResult
		if err := json.Unmarshal(run.info.Summary, &sum); err != nil {
			return fmt.Errorf("summary.json: %w", err)
		}
		n.Train.Top1, n.Train.TestImages, n.Train.Epochs, n.Train.Seconds = sum.Top1, sum.TestImages, sum.Epochs, sum.Seconds
	}
	n.Train.Loss, n.Train.Accuracy = run.curves["train loss"], run.curves["train top1"]
	text := run.setting("arch")
	if text == "" || len(n.Blocks) > 0 {
		return nil
	}
	arch, err := models.ParseArch([]byte(text))
	if err != nil {
		return fmt.Errorf("config.yaml: arch: %w", err)
	}
	blocks, err := arch.Resolve()
	if err != nil {
		return fmt.Errorf("config.yaml: arch: %w", err)
	}
	counts := models.Count(blocks)
	n.Blocks, n.MACs, n.Params = card.Blocks(blocks), counts.MACs, counts.Params
	return nil
}

// network returns the network that was trained in the folder of that name, a
// new one if there is none.
func (l *loader) network(run string) *Network {
	for i := range l.Networks {
		if l.Networks[i].Run == run {
			return &l.Networks[i]
		}
	}
	l.Networks = append(l.Networks, Network{Name: run, Run: run})
	return &l.Networks[len(l.Networks)-1]
}
