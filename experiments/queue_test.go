package main

import (
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// toy is a cell that counts how often it ran.
type toy struct {
	Name string `json:"name"`
	Size int    `json:"size"`

	ran  *[]string
	fail error
}

func (c toy) id() string { return "toy/" + c.Name }

func (c toy) run(context.Context, *lab) (any, error) {
	*c.ran = append(*c.ran, c.Name)
	return c.Size, c.fail
}

func toyQueue(t *testing.T, p plan) queue {
	return queue{lab: &lab{records: records{t.TempDir()}, stderr: io.Discard}, plan: p, only: regexp.MustCompile(""), stdout: io.Discard}
}

// A cell that follows from another's result is done after it; nothing is done twice.
func TestTheQueueDoesWhatIsMissing(t *testing.T) {
	var ran []string
	first, second := toy{Name: "first", Size: 2, ran: &ran}, toy{Name: "second", ran: &ran}
	q := toyQueue(t, func(l *lab) ([]cell, error) {
		var size int
		done, err := l.records.result(first, &size)
		if !done || err != nil {
			return []cell{first}, err
		}
		second.Size = 10 * size
		return []cell{first, second}, nil
	})
	for range 2 {
		if err := q.run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"first", "second"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
	var got int
	if done, err := q.lab.records.result(toy{Name: "second", Size: 20}, &got); !done || err != nil || got != 20 {
		t.Errorf("the second record holds %d (%v, %v), want 20", got, done, err)
	}
}

func TestAStoppedQueueGoesOn(t *testing.T) {
	var ran []string
	stop := errors.New("stopped")
	cells := []cell{toy{Name: "a", ran: &ran}, toy{Name: "b", ran: &ran, fail: stop}}
	q := toyQueue(t, func(*lab) ([]cell, error) { return cells, nil })
	if err := q.run(t.Context()); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	cells[1] = toy{Name: "b", ran: &ran}
	q.until = time.Now().Add(-time.Second)
	if err := q.run(t.Context()); err != nil || len(ran) != 2 {
		t.Fatalf("after its time a queue ran %v (%v)", ran, err)
	}
	q.until = time.Time{}
	q.only = regexp.MustCompile("^toy/c")
	if err := q.run(t.Context()); err != nil || len(ran) != 2 {
		t.Fatalf("cells that do not match ran: %v (%v)", ran, err)
	}
	q.only = regexp.MustCompile("b$")
	if err := q.run(t.Context()); err != nil || !slices.Equal(ran, []string{"a", "b", "b"}) {
		t.Errorf("ran %v (%v)", ran, err)
	}
}

// A record under the name of a cell that was changed since must not count as its result.
func TestARecordOfAnotherCellIsRefused(t *testing.T) {
	var ran []string
	q := toyQueue(t, func(*lab) ([]cell, error) { return []cell{toy{Name: "a", Size: 1, ran: &ran}}, nil })
	if err := q.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err := q.lab.records.read(toy{Name: "a", Size: 2})
	if err == nil || !strings.Contains(err.Error(), `{"name":"a","size":1}, want {"name":"a","size":2}`) {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(q.lab.records.path("toy/a"), []byte("{"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := q.lab.records.read(toy{Name: "a", Size: 1}); err == nil {
		t.Error("half a record is read")
	}
}
