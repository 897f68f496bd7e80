package job

import (
	"context"
	"fmt"

	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

// openTable opens a table for use: one with stale rows is refused. work bounds
// how much is compared with this program's exports.
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

// lookAtTable opens a table for display: stale rows are a warning, and part of
// the result.
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

// doubts are the reasons to doubt a table's predictions in a space.
func doubts(t *lut.Table, space models.Space) []string {
	var list []string
	c := t.Certainty()
	noisy := c.Noisy
	c.Noisy = "" // reported separately below
	switch c.Origin {
	case lut.None:
		list = append(list, fmt.Sprintf("table %s has no certainty: the error of its predictions is %s; fbnas lut validate measures it", t.Path, c))
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
