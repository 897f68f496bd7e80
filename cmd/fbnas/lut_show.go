package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/profile"
)

func lutShowVerb(a *app) *cobra.Command {
	var csv bool
	cmd := &cobra.Command{
		Use:     "show X.lut",
		Short:   "Show what a table holds and where it comes from",
		Example: "  fbnas lut show local.lut\n  fbnas lut show local.lut --csv > rows.csv",
		Args:    cobra.ExactArgs(1),
		RunE: a.does(func(ctx context.Context, args []string) (result, error) {
			t, age, err := job.LookAtTable(ctx, a.env, args[0], lut.Read)
			if err != nil {
				return nil, err
			}
			r := describeTable(t)
			r.Age = age
			if !csv {
				return r, nil
			}
			var rows bytes.Buffer
			if err := t.WriteCSV(&rows); err != nil {
				return nil, err
			}
			text := rows.String()
			r.CSV = &text
			return r, nil
		}),
	}
	cmd.Flags().BoolVar(&csv, "csv", false, "print the rows as comma-separated values")
	return cmd
}

type tableInfo struct {
	Path        string            `json:"path"`
	Finished    bool              `json:"finished"`
	Tool        string            `json:"tool"`
	Rows        int               `json:"rows"`
	Kinds       []kindInfo        `json:"kinds"`
	Space       lut.SpaceID       `json:"space"`
	Also        []lut.SpaceID     `json:"also"`
	Device      latency.Device    `json:"device"`
	Runtime     string            `json:"runtime"`
	Condition   latency.Condition `json:"condition"`
	Protocol    lut.Protocol      `json:"protocol"`
	CallShare   float64           `json:"call_cost_share"` // what the agent adds to the median row, as a fraction
	Sentinel    lut.Sentinel      `json:"sentinel"`
	Reference   *lut.Sentinel     `json:"reference"`    // what networks are timed beside; null: the sentinel
	DefaultMode *lut.DefaultMode  `json:"default_mode"` // of a phone in fixed-performance mode; null elsewhere
	Course      *latency.Course   `json:"course"`       // how the device was; null where it tells nothing
	Noisy       *string           `json:"noisy"`
	Calibration *calibrationInfo  `json:"calibration"`
	Validation  *validationInfo   `json:"validation"`
	Certainty   lut.Certainty     `json:"certainty"`
	Age         profile.Age       `json:"stale_rows"` // those of another graph than this fbnas exports
	Predictions []predictionInfo  `json:"predictions"`
	CSV         *string           `json:"csv"`
}

type kindInfo struct {
	Kind      string  `json:"kind"`
	OK        int     `json:"ok"`
	Failed    int     `json:"failed"`
	Predicted int     `json:"predicted"`
	MinUS     float64 `json:"min_us"`
	MaxUS     float64 `json:"max_us"`
	Error     float64 `json:"error"` // mean standard error, as a fraction
}

func describeTable(t *lut.Table) tableInfo {
	h := t.Header
	r := tableInfo{
		Path: t.Path, Finished: t.Finished(), Tool: h.Tool, Rows: len(t.Rows()), Kinds: []kindInfo{},
		Space: h.Space, Also: append([]lut.SpaceID{}, h.Also...), Device: h.Device, Runtime: h.Condition.Runtime, Condition: h.Condition,
		Protocol: h.Protocol, CallShare: t.CallShare(), Sentinel: h.Sentinel, Noisy: orNull(h.Noisy),
		DefaultMode: h.DefaultMode, Course: h.Course,
		Calibration: calibrationOf(t.Calibration), Validation: validationOf(t.Validation),
		Certainty: t.Certainty(), Predictions: predictionsOf(t),
	}
	if ref := h.Reference; ref != nil {
		r.Reference = &lut.Sentinel{Name: ref.Name, Digest: ref.Digest, TimeUS: ref.TimeUS}
	}
	for _, k := range t.Kinds() {
		r.Kinds = append(r.Kinds, kindInfo{string(k.Kind), k.OK, k.Failed, k.Predicted, k.MinUS, k.MaxUS, k.Error})
	}
	return r
}

func (r tableInfo) Text(w io.Writer) error {
	if r.CSV != nil {
		_, err := io.WriteString(w, *r.CSV)
		return err
	}
	c := r.Condition
	facts := []fact{
		{"table", r.Path},
		{"space", fmt.Sprintf("%s (%.12s)", r.Space.Name, r.Space.Digest)},
		{"device", fmt.Sprintf("%s, %d cores, %s, %s", r.Device.Model.SoC, r.Device.Model.Cores, text.Bytes(r.Device.Model.MemoryBytes), r.Device.OS)},
		{"runtime", fmt.Sprintf("%s, %s", c.Runtime, c.Provider)},
		{"condition", fmt.Sprintf("%s, batch %d, %d thread(s) on core %s", c.Precision, c.Batch, c.Threads, c.CoreSet)},
		{"protocol", fmt.Sprintf("%d rounds, %d to %d runs a group, seed %d", r.Protocol.Rounds, r.Protocol.MinRuns, r.Protocol.MaxRuns, r.Protocol.Seed)},
		{"sentinel", fmt.Sprintf("%s, %s", r.Sentinel.Name, text.Latency(r.Sentinel.TimeUS))},
	}
	if ref := r.Reference; ref != nil {
		facts = append(facts, fact{"reference", fmt.Sprintf("%s, %s", ref.Name, text.Latency(ref.TimeUS))})
	}
	if cost := r.Device.CallCostUS; cost > 0 {
		facts = append(facts, fact{"agent", fmt.Sprintf("%.2f µs of each run, %s of the median row", cost, text.Percent(r.CallShare))})
	}
	facts = append(facts, fact{"mode", modeOf(r.Condition, r.DefaultMode)}, fact{"course", courseText(r.Course)})
	if !r.Finished {
		facts = append(facts, fact{"unfinished", "the same fbnas profile command goes on with it"})
	}
	if r.Noisy != nil {
		facts = append(facts, fact{"not steady", *r.Noisy})
	}
	if r.Calibration != nil {
		facts = append(facts, fact{"network", *r.Calibration})
	}
	if r.Validation != nil {
		facts = append(facts, fact{"validation", *r.Validation})
	}
	facts = append(facts, fact{"certainty", r.Certainty}, fact{"stale", job.StaleText(r.Age)})
	if err := writeFacts(w, facts...); err != nil {
		return err
	}
	t := text.NewTable(text.Left("rows"), text.Right("ok"), text.Right("failed"), text.Right("predicted"),
		text.Right("fastest"), text.Right("slowest"), text.Right("standard error"))
	for _, k := range r.Kinds {
		t.Row(k.Kind, fmt.Sprint(k.OK), fmt.Sprint(k.Failed), fmt.Sprint(k.Predicted),
			text.Latency(k.MinUS), text.Latency(k.MaxUS), text.Percent(k.Error))
	}
	fmt.Fprintln(w)
	if err := t.WriteText(w); err != nil {
		return err
	}
	return writePredictions(w, r.Predictions)
}
