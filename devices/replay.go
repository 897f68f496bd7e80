package devices

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"fbnas/internal/fault"
)

// replay is a recording as a device: it answers what was asked when it was
// recorded, and nothing else. Equal requests get their answers in the recorded
// order, and then the last one again and again.
type replay struct {
	name string
	rec  *recording

	mu     sync.Mutex
	played map[string]int // answers so far, by request
	states int
}

var _ Clocked = (*replay)(nil)

// errUnrecorded says that a recording has no answer.
var errUnrecorded = errors.New("the recording has no answer to this")

func openReplay(_ context.Context, name, address string) (Device, error) {
	if err := checkReplay(name, address); err != nil {
		return nil, err
	}
	rec, err := readRecording(address)
	if err != nil {
		return nil, fault.New(fault.Device, "Give a file that --record FILE wrote during a measurement.", "device %s: %w", name, err)
	}
	rec.identity.Replayed = true
	return &replay{name: name, rec: rec, played: map[string]int{}}, nil
}

func checkReplay(name, address string) error {
	if address == "" {
		return fault.New(fault.Device, "Write replay:FILE, a file that --record has written.", "device %s: it names no recording", name)
	}
	return nil
}

// cleanReplay has nothing to remove.
func cleanReplay(_ context.Context, name, address string) ([]string, error) {
	return nil, checkReplay(name, address)
}

func (r *replay) Name() string   { return r.name }
func (r *replay) Folder() string { return "/" }
func (r *replay) Close() error   { return nil }

// Push does nothing: requests name files by their contents.
func (r *replay) Push(ctx context.Context, _ string, _ []byte) error { return ctx.Err() }

// Identity is the recorded device's, marked as replayed.
func (r *replay) Identity(ctx context.Context) (Identity, error) { return r.rec.identity, ctx.Err() }

// FixedPerformance is the recorded answer.
func (r *replay) FixedPerformance(ctx context.Context) (bool, error) { return r.rec.fixed, ctx.Err() }

// State returns the recorded states, in order.
func (r *replay) State(ctx context.Context) (State, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.rec.states) == 0 {
		return State{}, ctx.Err()
	}
	s := r.rec.states[min(r.states, len(r.rec.states)-1)]
	r.states++
	return s, ctx.Err()
}

// Start plays the recorded answer to the program's input.
func (r *replay) Start(ctx context.Context, _, _ []string) (*Process, error) {
	return r.start(ctx, false), nil
}

// StartFixed plays the answer that was recorded with fixed clocks.
func (r *replay) StartFixed(ctx context.Context, _, _ []string) (*Process, error) {
	return r.start(ctx, true), nil
}

func (r *replay) start(ctx context.Context, fixed bool) *Process {
	ctx, kill := context.WithCancel(ctx)
	request := &requestReader{whole: make(chan struct{})}
	stdout, out := io.Pipe()
	stop := context.AfterFunc(ctx, func() { out.Close() })
	var answer run
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer stop()
		defer out.Close()
		select {
		case <-request.whole:
		case <-ctx.Done():
			err = ctx.Err()
			return
		}
		if answer, err = r.next(run{Request: request.Bytes(), Fixed: fixed}); err != nil {
			return
		}
		_, _ = out.Write(answer.Answer) // a reader that went away needs no more
		if answer.Open {
			<-ctx.Done()
		}
		err = answer.ended()
	}()
	return &Process{
		Stdin: request, Stdout: stdout, Kill: kill,
		Stderr: func() string { <-ended; return answer.Stderr },
		Wait:   func() error { <-ended; return err },
	}
}

// requestReader collects a request as it comes in.
type requestReader struct {
	bytes.Buffer
	once  sync.Once
	whole chan struct{}
}

func (a *requestReader) Close() error { a.once.Do(func() { close(a.whole) }); return nil }

// next is the answer to a request.
func (r *replay) next(asked run) (run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := asked.key()
	answers := r.rec.runs[key]
	if len(answers) == 0 {
		hint := "Use the options that it was recorded with, or record again: --record FILE."
		if r.rec.cut {
			hint = "Its end is cut off. " + hint
		}
		return run{}, fault.New(fault.Usage, hint, "device %s: %w: %s", r.name, errUnrecorded, r.rec.nearest(asked))
	}
	i := min(r.played[key], len(answers)-1)
	r.played[key]++
	return answers[i], nil
}

// ended is the error with which a recorded program ended.
func (r run) ended() error {
	switch {
	case r.Error == "":
		return nil
	case r.Lost:
		return &playedError{r.Error, errGone}
	}
	return &playedError{r.Error, nil}
}

// playedError is an error with a recorded text.
type playedError struct {
	text string
	is   error
}

func (e *playedError) Error() string { return e.text }
func (e *playedError) Unwrap() error { return e.is }

// nearest says how a request differs from the most similar recorded one.
func (rec *recording) nearest(asked run) string {
	best, found := []string(nil), false
	for _, runs := range rec.runs {
		d := differing(asked.Request, runs[0].Request)
		if asked.Fixed != runs[0].Fixed {
			d = append(d, "the setting of fixed clocks differs")
		}
		if !found || len(d) < len(best) || len(d) == len(best) && slices.Compare(d, best) < 0 {
			best, found = d, true
		}
	}
	if !found {
		return "nothing was run"
	}
	return strings.Join(best, "; ")
}

// differing lists the fields, including nested ones, in which two JSON documents
// differ.
func differing(now, then []byte) []string {
	a, b := map[string]string{}, map[string]string{}
	fields("request", decoded(now), a)
	fields("request", decoded(then), b)
	var list []string
	for name, value := range a {
		if then, ok := b[name]; !ok || then != value {
			list = append(list, difference(name, value, then))
		}
	}
	for name, then := range b {
		if _, ok := a[name]; !ok {
			list = append(list, difference(name, "", then))
		}
	}
	slices.Sort(list)
	return list
}

// difference describes for people how a field differs.
func difference(name, now, then string) string {
	const long = 40
	if len(now) > long || len(then) > long {
		return name + " differs"
	}
	or := func(s string) string {
		if s == "" {
			return "absent"
		}
		return s
	}
	return fmt.Sprintf("%s is %s, recorded was %s", name, or(now), or(then))
}

// decoded is the JSON document in the first line, which bytes may follow;
// anything else is a string.
func decoded(data []byte) any {
	var v any
	line, _, _ := bytes.Cut(data, []byte("\n"))
	if json.Unmarshal(line, &v) != nil {
		return string(data)
	}
	return v
}

// fields collects the parts of a value that are not objects, by their path.
func fields(at string, v any, into map[string]string) {
	if object, ok := v.(map[string]any); ok {
		for name, inner := range object {
			fields(at+"."+name, inner, into)
		}
		return
	}
	text, _ := json.Marshal(v) // cannot fail: it was decoded
	into[at] = string(text)
}
