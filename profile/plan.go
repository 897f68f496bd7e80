package profile

import (
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// NewPlan returns what lut.Profile measures for a space: every block that it
// can ask for, then networks that calibrate the table and others that validate
// it, all in a number format. Networks are drawn from the seed and have the
// given number of classes. Where the space, or what the device can run of it, has
// too few for both, all that there are calibrate.
func NewPlan(space models.Space, classes int, seed uint64, f Format) lut.Plan {
	return lut.Plan{
		Space:    spaceID(space),
		Sentinel: Sentinel(),
		Blocks:   space.Blocks(),
		Export: func(b models.Block) (latency.Model, string, error) {
			s, err := f.block(b)
			return latency.Model{Name: s.Name, Bytes: s.Bytes}, s.Graph, err
		},
		Networks: func(t *lut.Table) (calibration, validation []lut.Network, err error) {
			draw := Draw{Space: space, Classes: classes, Seed: seed}
			draw.Purpose = Calibration
			if _, origin := timedNetworks(space, classes); origin != lut.Validated {
				return draw.few(t)
			}
			if calibration, err = draw.Networks(t); err != nil {
				return nil, nil, err
			}
			if len(calibration) < PerProfile[Calibration] {
				return draw.few(t)
			}
			draw.Purpose, draw.Without = Validation, digests(calibration)
			if validation, err = draw.Networks(t); err == nil && len(validation) < PerProfile[Validation] {
				return draw.few(t)
			}
			return calibration, validation, err
		},
	}
}

func spaceID(s models.Space) lut.SpaceID {
	return lut.SpaceID{Name: s.Name, Digest: s.Digest(), YAML: string(s.YAML())}
}

func digests(networks []lut.Network) map[string]bool {
	set := map[string]bool{}
	for _, n := range networks {
		set[n.Model.Digest()] = true
	}
	return set
}
