package main

import "context"

// wanted is the plan of all experiments, in the order in which their figures are
// needed.
func wanted(ctx context.Context) plan {
	return func(l *lab) ([]cell, error) {
		var cells []cell
		for _, step := range []func(context.Context, *lab) ([]cell, error){handmade, truth, searches} {
			more, err := step(ctx, l)
			if err != nil {
				return nil, err
			}
			cells = append(cells, more...)
		}
		return cells, nil
	}
}

// middle is the limit of composites at which networks are compared most.
const middle = 0.3

// randoms is how many networks are drawn at a limit.
const randoms = 40

// truth trains networks drawn at one limit: how much architecture matters there, and
// what a ranking by a supernet is held against.
func truth(ctx context.Context, l *lab) ([]cell, error) {
	return trainings(ctx, l, "composites", func(o *opened) ([]network, error) { return o.atRandom(o.limit(middle), randoms) })
}

// handmade trains what people write down, at the middle limit first.
func handmade(ctx context.Context, l *lab) ([]cell, error) {
	return trainings(ctx, l, "composites", func(o *opened) ([]network, error) { return o.byHand(o.limit(middle)) })
}

// trainings are the usual trainings of a task's networks.
func trainings(ctx context.Context, l *lab, task string, networks func(*opened) ([]network, error)) ([]cell, error) {
	o, err := l.open(ctx, task)
	if err != nil {
		return nil, err
	}
	list, err := networks(o)
	var cells []cell
	for _, n := range list {
		cells = append(cells, training{Task: task, Arch: n.arch, Recipe: "usual", Seed: 1})
	}
	return cells, err
}

// searches are searches at the middle limit, and the trainings of what they found.
func searches(ctx context.Context, l *lab) ([]cell, error) {
	var cells []cell
	for _, method := range []string{"usual", "sandwich"} {
		s := searching{"composites", middle, method, 1}
		cells = append(cells, s)
		var found searched
		if done, err := l.records.result(s, &found); err != nil {
			return nil, err
		} else if done {
			cells = append(cells, training{Task: s.Task, Arch: found.Networks[0].Arch, Recipe: "usual", Seed: 1},
				racing{Search: s, Found: 4, Epochs: 1})
		}
	}
	return cells, nil
}
