package main

import (
	"context"
	"fmt"
	"path/filepath"

	"fbnas/models"
	"fbnas/search"
	"fbnas/train"
)

// racing is the race between what a search found and what is made by hand.
type racing struct {
	Search searching `json:"search"`
	Found  int       `json:"found"`  // contenders that the search found
	Epochs int       `json:"epochs"` // of the first round
}

// raced is a contender's way through the race; the winner is first.
type raced struct {
	Name   string    `json:"name"`
	Arch   string    `json:"arch"`
	Rounds []float64 `json:"held_out_top1"`
}

func (r racing) id() string {
	return fmt.Sprintf("%s/race/%s-%g-%d-%dx%d", r.Search.Task, r.Search.Method, r.Search.Limit, r.Search.Seed, r.Found, r.Epochs)
}

func (r racing) run(ctx context.Context, l *lab) (any, error) {
	o, err := l.open(ctx, r.Search.Task)
	if err != nil {
		return nil, err
	}
	contenders, err := r.contenders(l, o)
	if err != nil {
		return nil, err
	}
	set := *o.set
	set.Test = o.held
	c := train.DefaultConfig()
	c.Epochs, c.Seed = r.Epochs, r.Search.Seed
	race := search.Race{Engine: l.engine, Data: &set, Config: c, Final: 2, Folder: filepath.Join(l.work, filepath.FromSlash(r.id())),
		Progress: func(done, total int) { l.progress(r.id(), done, total) }}
	list, err := race.Run(ctx, contenders)
	var out []raced
	for _, c := range list {
		n := raced{Name: c.Name, Arch: string(c.Arch.YAML())}
		for _, a := range c.Rounds {
			n.Rounds = append(n.Rounds, a.Top1())
		}
		out = append(out, n)
	}
	return out, err
}

// contenders are different networks, what the search found first.
func (r racing) contenders(l *lab, o *opened) ([]search.Contender, error) {
	var found searched
	if done, err := l.records.result(r.Search, &found); !done || err != nil {
		return nil, fmt.Errorf("%s has no result (%v)", r.Search.id(), err)
	}
	var list []search.Contender
	seen := map[string]bool{}
	add := func(name, text string) error {
		arch, err := models.ParseArch([]byte(text))
		if err == nil && !seen[text] {
			list = append(list, search.Contender{Name: name, Arch: arch})
			seen[text] = true
		}
		return err
	}
	for i := 0; i < len(found.Networks) && len(list) < r.Found; i++ {
		if err := add(fmt.Sprintf("found-%d", i), found.Networks[i].Arch); err != nil {
			return nil, err
		}
	}
	byHand, err := o.byHand(found.LimitUS)
	if err != nil {
		return nil, err
	}
	for _, n := range byHand {
		if err := add(n.name, n.arch); err != nil {
			return nil, err
		}
	}
	return list, nil
}
