package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"fbnas/internal/fault"
	"fbnas/internal/text"
	"fbnas/latency"
)

// addShares also tells which providers the operators ran on.
func (m *benchModel) addShares(ctx context.Context, meter latency.Meter, model latency.Model, opts latency.Options) (err error) {
	sharer, ok := meter.(latency.Sharer)
	if !ok {
		return fault.New(fault.Usage, "Leave --shares out.", "this device cannot tell operators' shares")
	}
	if m.Shares, err = sharer.Shares(ctx, model, opts); err != nil {
		return err
	}
	m.Providers = nil
	for _, s := range m.Shares {
		if !slices.Contains(m.Providers, s.Provider) {
			m.Providers = append(m.Providers, s.Provider)
		}
	}
	return nil
}

func (m benchModel) writeShares(w io.Writer) error {
	if len(m.Shares) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s: shares of the time by the runtime's profiler (it slows runs down; these are no times)\n", m.Path)
	t := text.NewTable(text.Left("operator"), text.Right("share"), text.Right("nodes"), text.Left("provider"))
	for _, s := range m.Shares {
		t.Row(s.Op, text.Percent(s.Share), fmt.Sprint(s.Nodes), s.Provider)
	}
	return t.WriteText(w)
}
