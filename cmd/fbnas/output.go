package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/job"
)

// result is the output of a verb. Its exported fields are the verb's own
// fields of the JSON document; Text prints the same for people.
type result interface {
	Text(w io.Writer) error
}

// view is the result whose document a job returned, printed by text; nil without
// a document.
func view[T any](doc *T, text func(io.Writer, *T) error) result {
	if doc == nil {
		return nil
	}
	return viewed[T]{doc, text}
}

type viewed[T any] struct {
	doc  *T
	text func(io.Writer, *T) error
}

func (d viewed[T]) MarshalJSON() ([]byte, error) { return json.Marshal(d.doc) }

func (d viewed[T]) Text(w io.Writer) error { return d.text(w, d.doc) }

// work does a verb's work. It may return a result together with an error, for
// example the figures of a missed target. A nil result prints nothing.
type work func(ctx context.Context, args []string) (result, error)

// action turns work into cobra's function; every verb ends through it, so that
// results, errors and exit statuses look the same everywhere: after a panic,
// too.
func (a *app) action(w work) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		a.begun = true
		var res result
		err := a.recovering(func() (err error) {
			res, err = w(cmd.Context(), args)
			return err
		})
		if a.shown != nil {
			a.shown.close()
		}
		failed := a.recovering(func() error { return a.report(cmd, res, err) })
		if bug := new(fault.Bug); errors.As(failed, &bug) { // in printing the result
			failed = errors.Join(failed, a.report(cmd, nil, failed))
		}
		return cmp.Or(err, failed)
	}
}

// recovering runs f; a panic becomes an error, and its stack stands on stderr.
func (a *app) recovering(f func() error) error {
	err := func() (err error) {
		defer fault.Catch(&err)
		return f()
	}()
	if bug := new(fault.Bug); errors.As(err, &bug) {
		fmt.Fprintf(a.errOut, "%s\n", bug.Stack)
		return fault.New(fault.Failure, "Please report it, with the command line and the stack on stderr.", "%w", err)
	}
	return err
}

// orNull is a pointer to s for a JSON document; nil, and so null, for "".
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// statuses are the codes with a status of their own; others are "error".
var statuses = map[fault.Code]bool{fault.Target: true, fault.Unstable: true}

// report prints a verb's result on stdout and its error on stderr or, with
// --json, both as parts of one document on stdout.
func (a *app) report(cmd *cobra.Command, res result, err error) error {
	if a.json {
		return a.reportJSON(cmd, res, err)
	}
	var failed error
	if res != nil {
		failed = res.Text(a.out)
	}
	if err == nil {
		err = failed
	}
	if err != nil {
		fmt.Fprintf(a.errOut, "error: %s\n", text.Plain(message(err)))
		if hint := fault.HintOf(err); hint != "" {
			fmt.Fprintf(a.errOut, "hint: %s\n", text.Plain(hint))
		}
	}
	return failed
}

func (a *app) reportJSON(cmd *cobra.Command, res result, err error) error {
	e := job.Envelope{Schema: schema(cmd), Status: "ok"}
	if err != nil {
		e.Error = &job.Problem{Code: fault.CodeOf(err), Message: message(err), Hint: orNull(fault.HintOf(err))}
		e.Status = "error"
		if statuses[e.Error.Code] {
			e.Status = string(e.Error.Code)
		}
	}
	if len(a.env.Data) > 0 {
		e.Data = &a.env.Data[0]
	}
	own := ownFields{}
	if res != nil {
		text, err := json.Marshal(res)
		if err == nil {
			own, err = fieldsOf(text)
		}
		if err != nil {
			return fmt.Errorf("encode the result of %s: %w", cmd.CommandPath(), err)
		}
	}
	e.Warnings = append([]string{}, own.warnings...)
	for _, w := range a.logged.warnings() {
		if !slices.Contains(own.warnings, w) {
			e.Warnings = append(e.Warnings, w)
		}
	}
	doc, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.out, "%s%s}\n", doc[:len(doc)-1], own.text)
	return err
}

// ownFields are those of a result, in their order.
type ownFields struct {
	text     []byte   // each behind a comma, without the warnings
	warnings []string // which join those of all verbs
}

func fieldsOf(document []byte) (f ownFields, err error) {
	d := json.NewDecoder(bytes.NewReader(document))
	if _, err := d.Token(); err != nil { // the brace
		return f, err
	}
	for d.More() {
		var value json.RawMessage
		name, err := d.Token()
		if err == nil {
			err = d.Decode(&value)
		}
		if err == nil && name == "warnings" {
			err = json.Unmarshal(value, &f.warnings)
		} else if err == nil {
			f.text = fmt.Appendf(f.text, ",%q:%s", name, value)
		}
		if err != nil {
			return f, err
		}
	}
	return f, nil
}

// message describes an interruption in plain words.
func message(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return err.Error()
}
