package main

import (
	"context"
	"fmt"
	"math"

	"fbnas/internal/rundir"
	"fbnas/models"
	"fbnas/search"
)

// searching is one search of a task for one limit.
type searching struct {
	Task   string  `json:"task"`
	Limit  float64 `json:"limit"` // a part of the space's range
	Method string  `json:"method"`
	Seed   uint64  `json:"seed"`
}

// methods are the ways to search that are compared.
var methods = map[string]func(*search.Config){
	"usual":    func(*search.Config) {},
	"sandwich": func(c *search.Config) { c.Sampling = search.Sandwich },
}

// searched is the result.
type searched struct {
	LimitUS    float64     `json:"limit_us"`
	Networks   []candidate `json:"networks"` // the candidates, the winner first
	Choices    []decided   `json:"choices"`
	Inherited  []score     `json:"inherited"` // of the networks drawn at the limit, with the supernet's weights
	ExpectedUS float64     `json:"expected_us"`
	Steps      int         `json:"steps"`
	ChoiceStep int         `json:"choice_steps"`
	Seconds    float64     `json:"seconds"`
}

// candidate is a derived network.
type candidate struct {
	Arch        string  `json:"arch"`
	PredictedUS float64 `json:"predicted_us"`
	LogP        float64 `json:"log_p"`
	OneHot      float64 `json:"one_hot_top1"`
}

// decided is a choice at the end.
type decided struct {
	Name          string    `json:"name"`
	Chosen        string    `json:"chosen"`
	Probabilities []float64 `json:"probabilities"`
}

func (s searching) id() string {
	return fmt.Sprintf("%s/search/%s-%g-%d", s.Task, s.Method, s.Limit, s.Seed)
}

func (s searching) run(ctx context.Context, l *lab) (any, error) {
	o, err := l.open(ctx, s.Task)
	if err != nil {
		return nil, err
	}
	c := search.DefaultConfig()
	c.Train.Seed, c.Limit = s.Seed, o.limit(s.Limit)
	methods[s.Method](&c)
	job := search.Job{Engine: l.engine, Space: o.space, Costs: o.costs, Data: o.set, Config: c,
		Progress: func(p search.Progress) { l.progress(s.id()+" "+string(p.Stage), p.Done, p.Steps) }}
	if job.Dir, job.From, err = l.begin(s.id(), c); err != nil {
		return nil, err
	}
	defer job.Dir.Close()
	r, err := job.Run(ctx)
	if err != nil {
		return nil, err
	}
	out, err := s.result(o, c, r)
	if err != nil {
		return nil, err
	}
	out.Inherited, err = s.inherited(ctx, l, o, job)
	return out, err
}

// inherited scores the networks that were drawn at the limit inside the supernet.
func (s searching) inherited(ctx context.Context, l *lab, o *opened, job search.Job) ([]score, error) {
	checkpoint, err := rundir.Load(job.Dir.Path(), l.log)
	if err != nil {
		return nil, err
	}
	job.From = &checkpoint
	drawn, err := o.atRandom(job.Config.Limit, randoms)
	if err != nil {
		return nil, err
	}
	var selections []models.Selection
	for _, n := range drawn {
		selections = append(selections, n.sel)
	}
	scores, err := job.Scores(ctx, selections, func(done, total int) { l.progress(s.id()+" inherited", done, total) })
	var list []score
	for _, v := range scores {
		list = append(list, scoreOf(v))
	}
	return list, err
}

func (s searching) result(o *opened, c search.Config, r search.Result) (*searched, error) {
	best := r.Best()
	out := &searched{LimitUS: c.Limit, ExpectedUS: r.Expected, Steps: r.Steps, ChoiceStep: r.ChoiceSteps, Seconds: r.Timing.Total.Seconds()}
	for _, j := range append([]search.Judged{best}, r.Judged...) {
		arch, err := o.space.Arch(j.Selection, len(o.set.Classes))
		if err != nil {
			return nil, err
		}
		out.Networks = append(out.Networks, candidate{string(arch.YAML()), j.Cost, j.LogP, j.OneHot.Top1()})
	}
	for i, choice := range o.space.Choices() {
		p := make([]float64, len(r.Probabilities[i]))
		for k, v := range r.Probabilities[i] {
			p[k] = math.Round(v*1e4) / 1e4
		}
		out.Choices = append(out.Choices, decided{choice.Name, choice.Options[best.Selection[i]].String(), p})
	}
	return out, nil
}
