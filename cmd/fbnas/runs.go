package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func runsVerb(a *app) *cobra.Command {
	return group("runs", "Show what was searched and trained", runsListVerb(a))
}

func runsListVerb(a *app) *cobra.Command {
	var root string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the runs in a folder and in its folders, the oldest first",
		Example: "  fbnas runs list\n  fbnas runs list --root /data/runs --json",
		Args:    cobra.NoArgs,
	}
	cmd.Flags().StringVar(&root, "root", job.RunsFolder, "`folder` of the runs")
	cmd.RunE = a.action(func(context.Context, []string) (result, error) {
		r, err := job.Runs(a.env, root)
		return view(r, runsText), err
	})
	return cmd
}

// outcomes are short descriptions of finished runs' results, by verb.
var outcomes = map[string]func(summary []byte) (string, error){
	"train": func(summary []byte) (string, error) {
		var s job.TrainResult
		err := json.Unmarshal(summary, &s)
		return fmt.Sprintf("%s of %d test images, %s", text.Percent(s.Top1), s.TestImages, s.Arch), err
	},
	"search": func(summary []byte) (string, error) {
		var s job.SearchResult
		if err := json.Unmarshal(summary, &s); err != nil || len(s.Results) == 0 {
			return "", err
		}
		r := s.Results[0]
		return fmt.Sprintf("%s predicted, target %s", text.Latency(r.Cost), text.Latency(r.Target)), nil
	},
}

// outcome is a run's result, or how far it is.
func outcome(r job.RunInfo) string {
	describe, known := outcomes[r.Verb]
	if !r.Finished || !known {
		return ""
	}
	came, err := describe(r.Summary)
	if err != nil {
		return "its summary cannot be read"
	}
	return came
}

func runsText(w io.Writer, r *job.RunsResult) error {
	if len(r.Runs) == 0 {
		_, err := fmt.Fprintf(w, "no runs in %s\n", r.Root)
		return err
	}
	t := text.NewTable(text.Left("run"), text.Left("verb"), text.Left("begun"), text.Left("state"), text.Left("outcome"))
	for _, run := range r.Runs {
		state := "finished"
		if !run.Finished {
			state = fmt.Sprintf("at step %d", run.Step)
		}
		t.Row(run.Path, run.Verb, run.Created.Local().Format("2006-01-02 15:04"), state, outcome(run))
	}
	return t.WriteText(w)
}
