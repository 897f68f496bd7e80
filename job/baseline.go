package job

import (
	"context"
	"fmt"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
	"fbnas/search"
)

// BaselineKind is a way to make a network without a search.
type BaselineKind string

// The kinds of baselines.
const (
	Uniform     BaselineKind = "uniform"     // the widest network, scaled down by one width multiplier
	MobileNetV2 BaselineKind = "mobilenetv2" // the shape of a published network under a width multiplier
	MobileNetV3 BaselineKind = "mobilenetv3"
	FBNetV2     BaselineKind = "fbnetv2"
	Random      BaselineKind = "random" // drawn at the limit
)

// BaselineOptions are the options of Baseline. The limit is Limit, or the
// predicted latency of the network that the search in Like found.
type BaselineOptions struct {
	Kind    BaselineKind
	Table   string // a file
	Space   string // built-in, or a space.yaml; "": the table's
	Limit   *Limit
	Like    string
	Output  string // the arch.yaml
	Classes int
	Seed    uint64
}

var baselines = map[BaselineKind]func(c *search.Costs, limit float64, seed uint64) (search.Scaled, error){
	Uniform:     func(c *search.Costs, limit float64, _ uint64) (search.Scaled, error) { return c.Uniform(limit) },
	MobileNetV2: shaped("mnv2"),
	MobileNetV3: shaped("mnv3"),
	FBNetV2:     shaped("fbnetv2_f1"),
	Random: func(c *search.Costs, limit float64, seed uint64) (search.Scaled, error) {
		sel, err := c.Random(random.New(seed, "random baseline"), limit)
		return search.Scaled{Selection: sel}, err
	},
}

// shaped makes a network with the shape of a built-in one.
func shaped(name string) func(*search.Costs, float64, uint64) (search.Scaled, error) {
	return func(c *search.Costs, limit float64, _ uint64) (search.Scaled, error) {
		arch, err := models.LoadArch(name)
		if err != nil {
			return search.Scaled{}, err
		}
		blocks, err := arch.Resolve()
		if err != nil {
			return search.Scaled{}, err
		}
		return c.Shaped(blocks, limit)
	}
}

// BaselineResult is the document of fbnas baseline.
type BaselineResult struct {
	Kind    BaselineKind `json:"kind"`
	Arch    string       `json:"arch"`
	LimitUS float64      `json:"limit_us"`
	lut.Estimate
	Multiplier *float64 `json:"multiplier"`
	Expansion  *float64 `json:"expansion"`
	MACs       int64    `json:"macs"`
	Params     int64    `json:"params"`
}

// Baseline makes a network of a space without a search and writes it as an
// arch.yaml.
func Baseline(ctx context.Context, env *Env, o BaselineOptions) (*BaselineResult, error) {
	if err := checkClassCount(o.Classes); err != nil {
		return nil, err
	}
	if o.Table == "" {
		return nil, fault.New(fault.Usage, "Give --lut X.lut; fbnas profile makes one.", "no latency table is given")
	}
	if err := CheckOutputs(o.Output); err != nil {
		return nil, err
	}
	if err := KeepInputs(o.Output, o.Table, o.Space); err != nil {
		return nil, err
	}
	table, err := openTable(ctx, o.Table, profile.AtOnce)
	if err != nil {
		return nil, err
	}
	space, err := spaceFor(table, o.Space)
	if err != nil {
		return nil, err
	}
	costs, err := search.NewCosts(space, o.Classes, search.Latency{Table: table})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", o.Table, err)
	}
	for _, doubt := range doubts(table, space) {
		env.log().Warn(doubt)
	}
	limit, err := o.limit(costs)
	if err != nil {
		return nil, err
	}
	made, err := baselines[o.Kind](costs, limit, o.Seed)
	if err != nil {
		return nil, err
	}
	estimate, err := costs.Estimate(made.Selection)
	if err != nil {
		return nil, err
	}
	r := &BaselineResult{Kind: o.Kind, Arch: o.Output, LimitUS: limit, Estimate: estimate,
		Multiplier: positiveOrNull(made.Multiplier), Expansion: positiveOrNull(made.Expansion)}
	return r, o.write(r, space, table, made.Selection)
}

// write writes the architecture, and counts it.
func (o BaselineOptions) write(r *BaselineResult, space models.Space, table *lut.Table, sel models.Selection) error {
	arch, err := space.Arch(sel, o.Classes)
	if err != nil {
		return err
	}
	arch.Name = space.Name + "-" + string(o.Kind)
	blocks, err := arch.Resolve()
	if err != nil {
		return err
	}
	if err := profile.Fresh(table, blocks); err != nil {
		return err
	}
	counts := models.Count(blocks)
	r.MACs, r.Params = counts.MACs, counts.Params
	return atomicfile.WriteBytes(o.Output, arch.YAML())
}

func (o BaselineOptions) limit(costs *search.Costs) (float64, error) {
	if (o.Limit == nil) == (o.Like == "") {
		return 0, fault.New(fault.Usage, "Give one of --limit 15ms and --like RUN.", "the limit is not clear")
	}
	if o.Limit != nil {
		_, largest := costs.Bounds()
		return o.Limit.of(largest)
	}
	run, err := OpenSearch(o.Like)
	if err != nil {
		return 0, err
	}
	return run.Summary.Results[0].Cost, nil
}
