package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// cell is one experiment: a value whose JSON form says all that decides the result.
type cell interface {
	// id names its record, a path with slashes below the folder of records.
	id() string
	// run does what is left of it. An interrupted one goes on when it is run again.
	run(context.Context, *lab) (any, error)
}

// plan lists the cells that are wanted, the first ones first, as far as they follow
// from the records.
type plan func(*lab) ([]cell, error)

// queue does the cells of a plan that have no record.
type queue struct {
	lab    *lab
	plan   plan
	only   *regexp.Regexp
	until  time.Time // starts no cell after it; zero: whenever
	stdout io.Writer
}

// missing lists the cells that have no record.
func (q queue) missing() ([]cell, error) {
	all, err := q.plan(q.lab)
	if err != nil {
		return nil, err
	}
	var list []cell
	for _, c := range all {
		if !q.only.MatchString(c.id()) {
			continue
		}
		r, err := q.lab.records.read(c)
		if err != nil {
			return nil, err
		}
		if r == nil {
			list = append(list, c)
		}
	}
	return list, nil
}

// run does one cell after the other until none is missing or the time is over. The
// plan is asked again after each: a search's result is what is trained next.
func (q queue) run(ctx context.Context) error {
	for ctx.Err() == nil {
		list, err := q.missing()
		if err != nil || len(list) == 0 {
			return err
		}
		if !q.until.IsZero() && time.Now().After(q.until) {
			_, err := fmt.Fprintf(q.stdout, "the time is over; %d cells are left\n", len(list))
			return err
		}
		if err := q.do(ctx, list[0]); err != nil {
			return fmt.Errorf("%s: %w", list[0].id(), err)
		}
	}
	return ctx.Err()
}

func (q queue) do(ctx context.Context, c cell) error {
	began := time.Now()
	result, err := c.run(ctx, q.lab)
	if err != nil {
		return err
	}
	r := record{ID: c.id(), Machine: thisMachine(), Seconds: time.Since(began).Seconds()}
	var failed error
	if r.Cell, err = json.Marshal(c); err != nil {
		failed = err
	}
	if r.Result, err = json.Marshal(result); err != nil {
		failed = err
	}
	if failed != nil {
		return failed
	}
	if _, err := fmt.Fprintf(q.stdout, "%s %.0f s %s\n", r.ID, r.Seconds, r.Result); err != nil {
		return err
	}
	return errors.Join(failed, q.lab.records.write(r))
}
