package main

import (
	"context"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/profile"
)

// openTable opens a table to go by what it says: one with stale rows is
// refused. work bounds what is compared with this program's exports.
func openTable(ctx context.Context, path string, work float64) (*lut.Table, error) {
	t, err := lut.Load(path)
	if err != nil {
		return nil, err
	}
	age, err := profile.AgeOf(ctx, t, work)
	if err != nil {
		return nil, err
	}
	return t, age.Err(t)
}

// lookAtTable opens a table to show what it says: stale rows are a warning, and
// part of the result.
func lookAtTable(ctx context.Context, a *app, path string, open func(string) (*lut.Table, error)) (*lut.Table, profile.Age, error) {
	t, err := open(path)
	if err != nil {
		return nil, profile.Age{}, err
	}
	age, err := profile.AgeOf(ctx, t, profile.AtOnce)
	if stale := age.Err(t); err == nil && stale != nil {
		a.log.Warn(stale.Error() + ". " + fault.HintOf(stale))
	}
	return t, age, err
}

// staleText is "" for a table without stale rows.
func staleText(a profile.Age) string {
	if a.Stale == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d rows checked: this fbnas exports their blocks in another way than was measured", a.Stale, a.Checked)
}

func staleLine(a profile.Age) string {
	if text := staleText(a); text != "" {
		return "stale: " + text + "\n"
	}
	return ""
}
