package profile

import (
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
)

// Plan is what a profile measures.
type Plan struct {
	Space    lut.SpaceID
	Sentinel latency.Model
	Blocks   []models.Block // every block that the space can ask for; heads with any number of classes
	MaxRows  int            // to measure at most; the others are predicted. 0: no limit

	// Export returns the ONNX model of a block, and its digest with blanked
	// weights: a row with another digest is measured again.
	Export func(models.Block) (latency.Model, string, error)

	// Networks returns the networks that calibrate and validate the table, which
	// has its rows by then (Choose spreads them over the latency range). It must
	// depend only on the table and the plan. Nil: the table is neither calibrated
	// nor validated.
	Networks func(*lut.Table) (calibration, validation []Network, err error)
}

// Network is a whole network to be timed, with its blocks.
type Network struct {
	Name   string
	Blocks []models.Block
	MACs   int64
	Model  latency.Model
}

// NewPlan returns what Run measures for a space: every block that it can ask for,
// then networks that calibrate the table and others that validate it, all in one
// number format. Networks are drawn from the seed and have the given number of
// classes. Where the space has, or the device can run, too few networks for both,
// all of them calibrate.
func NewPlan(space models.Space, classes int, seed uint64, f Format) Plan {
	return Plan{
		Space:    spaceID(space),
		Sentinel: Sentinel(),
		Blocks:   space.Blocks(),
		Export: func(b models.Block) (latency.Model, string, error) {
			s, err := f.block(b)
			return latency.Model{Name: s.Name, Bytes: s.Bytes}, s.Graph, err
		},
		Networks: func(t *lut.Table) (calibration, validation []Network, err error) {
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

func digests(networks []Network) map[string]bool {
	set := map[string]bool{}
	for _, n := range networks {
		set[n.Model.Digest()] = true
	}
	return set
}
