package profile

import (
	"fmt"

	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/onnxexport"
)

// NewPlan returns what lut.Profile measures for a space: every block that it
// can ask for, then networks that calibrate the table and others that validate
// it. Networks are drawn from the seed and have the given number of classes.
func NewPlan(space models.Space, classes int, seed uint64) lut.Plan {
	return lut.Plan{
		Space:    lut.SpaceID{Name: space.Name, Digest: space.Digest()},
		Sentinel: Sentinel(),
		Blocks:   space.Blocks(),
		Export: func(b models.Block) (latency.Model, string, error) {
			s, err := onnxexport.Block(b, 1)
			return latency.Model{Name: s.Name, Bytes: s.Bytes}, s.Graph, err
		},
		Networks: func(t *lut.Table) (calibration, validation []lut.Network, err error) {
			draw := Draw{Space: space, Classes: classes, Seed: seed}
			draw.Purpose = Calibration
			if calibration, err = draw.Networks(t); err != nil {
				return nil, nil, err
			}
			draw.Purpose, draw.Without = Validation, digests(calibration)
			validation, err = draw.Networks(t)
			return calibration, validation, err
		},
	}
}

func digests(networks []lut.Network) map[string]bool {
	set := map[string]bool{}
	for _, n := range networks {
		set[n.Model.Digest()] = true
	}
	return set
}

// SpaceOf returns the space that a table was made for, or another by its name
// or path, of which the table must have every row.
func SpaceOf(t *lut.Table, nameOrPath string) (models.Space, error) {
	name := nameOrPath
	if name == "" {
		name = t.Header.Space.Name
	}
	space, err := models.LoadSpace(name)
	if err != nil {
		return space, fmt.Errorf("space of table %s: %w", t.Path, err)
	}
	if nameOrPath == "" {
		err = t.CheckSpace(lut.SpaceID{Name: space.Name, Digest: space.Digest()})
	} else {
		err = t.Require(space.Blocks())
	}
	return space, err
}
