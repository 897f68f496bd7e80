package profile

import (
	"fmt"

	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
)

// SpaceOf returns the space that a table was made for, as the table states it.
func SpaceOf(t *lut.Table) (models.Space, error) {
	id := t.Header.Space
	if id.YAML == "" {
		return models.Space{}, fault.New(fault.Usage, "Give the space's file: --space SPACE.yaml.",
			"table %s names the space %s but does not contain it", t.Path, id.Name)
	}
	space, err := models.ParseSpace([]byte(id.YAML))
	if err != nil {
		return space, fmt.Errorf("the space in table %s: %w", t.Path, err)
	}
	return space, t.CheckSpace(lut.SpaceID{Name: space.Name, Digest: space.Digest()})
}

// Covers fails if the table lacks rows of a space, which the user gave as name:
// the error says how many, and the commands that measure and add them. A table
// has the rows of one profile, and gets those of another by merging.
func Covers(t *lut.Table, space models.Space, name string) error {
	missing := lut.Rows(t.Missing(space.Blocks()))
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.Usage,
		fmt.Sprintf("Measure them with: fbnas profile --device DEVICE --space %s -o OTHER.lut; "+
			"then merge the tables with: fbnas lut merge %s OTHER.lut -o BOTH.lut", name, t.Path),
		"table %s lacks %d of the %d rows of space %s", t.Path, len(missing), len(lut.Rows(space.Blocks())), space.Name)
}
