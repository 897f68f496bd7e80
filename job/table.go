package job

import (
	"context"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
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
func lookAtTable(ctx context.Context, env *Env, path string, open func(string) (*lut.Table, error)) (*lut.Table, profile.Age, error) {
	t, err := open(path)
	if err != nil {
		return nil, profile.Age{}, err
	}
	age, err := profile.AgeOf(ctx, t, profile.AtOnce)
	if stale := age.Err(t); err == nil && stale != nil {
		env.log().Warn(stale.Error() + ". " + fault.HintOf(stale))
	}
	return t, age, err
}

// doubts are what a user of a table in a space has to know of its certainty.
func doubts(t *lut.Table, space models.Space) []string {
	var list []string
	c := t.Certainty()
	noisy := c.Noisy
	c.Noisy = "" // said on its own
	switch c.Origin {
	case lut.None:
		list = append(list, fmt.Sprintf("table %s has no certainty: how far its predictions are off is %s; fbnas lut validate finds out", t.Path, c))
	case lut.LeaveOneOut:
		list = append(list, fmt.Sprintf("table %s: %s", t.Path, c))
	}
	if c.Known() && c.Space != space.Name {
		list = append(list, fmt.Sprintf("the errors of table %s were found with networks of space %s, not of %s", t.Path, c.Space, space.Name))
	}
	if noisy != "" {
		list = append(list, fmt.Sprintf("table %s is marked as not steady: %s", t.Path, noisy))
	}
	return list
}
