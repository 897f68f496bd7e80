package profile

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"fbnas/internal/evenly"
	"fbnas/internal/fault"
	"fbnas/lut"
	"fbnas/models"
)

// mostListed is the most combinations of options that are listed to see whether a
// space has few networks: there are fewer networks than combinations where
// options round to the same width.
const mostListed = 100_000

// listed returns up to `most` distinct networks of a space, in the order of its
// options; whole reports that there are no others.
func listed(space models.Space, classes, most int) (networks [][]models.Block, whole bool) {
	choices, layers := space.Choices(), space.Layers(classes)
	sel, seen := make(models.Selection, len(choices)), map[string]bool{}
	for range mostListed {
		blocks := make([]models.Block, len(layers))
		for i, l := range layers {
			blocks[i] = l.Block(sel.Point(l))
		}
		if id := fmt.Sprint(blocks); !seen[id] {
			if len(networks) == most {
				return networks, false
			}
			seen[id] = true
			networks = append(networks, blocks)
		}
		i := len(sel) - 1
		for ; i >= 0; i-- {
			if sel[i]++; sel[i] < len(choices[i].Options) {
				break
			}
			sel[i] = 0
		}
		if i < 0 {
			return networks, true
		}
	}
	return networks, false
}

// fullNetworks is the number of networks that a profile times if the space has them.
func fullNetworks() int { return PerProfile[Calibration] + PerProfile[Validation] }

// timedNetworks is how many networks a profile of a space times, and where the
// table's certainty will then come from: with too few to keep some for a
// validation, all of them calibrate, and each is left out in turn.
func timedNetworks(space models.Space, classes int) (int, lut.Origin) {
	networks, _ := listed(space, classes, fullNetworks())
	switch n := len(networks); {
	case n >= fullNetworks():
		return n, lut.Validated
	case n >= 2:
		return n, lut.LeaveOneOut
	default:
		return n, lut.None
	}
}

// runnable returns the networks that the device can run, fastest first.
func runnable(t *lut.Table, networks [][]models.Block) ([][]models.Block, error) {
	us := map[int]float64{}
	var order []int
	for i, blocks := range networks {
		e, err := t.Predict(blocks)
		if errors.Is(err, lut.ErrFailed) {
			continue
		}
		if err != nil {
			return nil, err
		}
		us[i], order = e.Cost, append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(us[a], us[b]) })
	out := make([][]models.Block, len(order))
	for i, at := range order {
		out[i] = networks[at]
	}
	return out, nil
}

// few returns the networks of a profile where they cannot be drawn evenly from
// the latency range, because the space has, or the device can run, too few.
func (d Draw) few(t *lut.Table) (calibration, validation []Network, err error) {
	all, _ := listed(d.Space, d.Classes, mostListed)
	if all, err = runnable(t, all); err != nil {
		return nil, nil, err
	}
	some := evenly.Pick(all, fullNetworks())
	var parts [2][][]models.Block
	for i, blocks := range some {
		part := 0
		if i%3 == 2 && len(some) == fullNetworks() {
			part = 1
		}
		parts[part] = append(parts[part], blocks)
	}
	if calibration, _, err = d.export(parts[0], formatOf(t)); err == nil {
		validation, _, err = d.export(parts[1], formatOf(t))
	}
	return calibration, validation, err
}

// remaining returns up to d.Count networks for an existing table, without those
// that d excludes.
func (d Draw) remaining(t *lut.Table) ([]Network, error) {
	all, _ := listed(d.Space, d.Classes, mostListed)
	all, err := runnable(t, all)
	if err != nil {
		return nil, err
	}
	networks, excluded, err := d.export(all, formatOf(t))
	if err != nil {
		return nil, err
	}
	if len(excluded) > 0 {
		networks = slices.DeleteFunc(networks, func(n Network) bool { return d.Without[n.Model.Digest()] })
	}
	if len(networks) == 0 {
		return nil, fault.New(fault.Usage, "fbnas lut show prints how well it predicts each of them when that network is left out of the calibration.",
			"space %s has %d networks that the device can run, and table %s was calibrated with all of them: none is left for the %s", d.Space.Name, len(all), t.Path, d.Purpose)
	}
	return evenly.Pick(networks, d.Count), nil
}
