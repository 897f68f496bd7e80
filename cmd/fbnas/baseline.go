package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/internal/rundir"
	"fbnas/internal/text"
	"fbnas/models"
	"fbnas/profile"
	"fbnas/search"
)

type baselineOptions struct {
	table, space, limit, like, out string
	classes                        int
	seed                           uint64
}

// baselines are the ways to make a network without a search.
var baselines = map[string]func(c *search.Costs, limit float64, seed uint64) (search.Scaled, error){
	"uniform": func(c *search.Costs, limit float64, _ uint64) (search.Scaled, error) { return c.Uniform(limit) },
	"random": func(c *search.Costs, limit float64, seed uint64) (search.Scaled, error) {
		sel, err := c.Random(random.New(seed, "random baseline"), limit)
		return search.Scaled{Selection: sel}, err
	},
}

func baselineVerb(a *app) *cobra.Command {
	var o baselineOptions
	verb := func(kind, short string) *cobra.Command {
		cmd := &cobra.Command{
			Use:     kind + " --lut X.lut",
			Short:   short,
			Example: "  fbnas baseline " + kind + " --lut local.lut --like runs/search-1 -o " + kind + ".yaml",
			Args:    cobra.NoArgs,
			RunE: a.does(func(ctx context.Context, _ []string) (result, error) {
				return runBaseline(ctx, a, kind, o)
			}),
		}
		f := cmd.Flags()
		f.StringVar(&o.table, "lut", "", "latency `table` of the device")
		f.StringVar(&o.space, "space", "", "built-in `space` or space.yaml (default: the table's)")
		f.StringVar(&o.limit, "limit", "", "largest predicted latency, such as 15ms or 40%")
		f.StringVar(&o.like, "like", "", "the limit is what the network of this search's `run` is predicted to take")
		f.StringVarP(&o.out, "output", "o", kind+".yaml", "the arch.yaml `file` to write")
		f.Uint64Var(&o.seed, "seed", 1, "decides what is drawn")
		classesFlag(cmd, &o.classes)
		return cmd
	}
	return group("baseline", "Make a network without a search, to compare with",
		verb("uniform", "Scale the widest network down by one width multiplier"),
		verb("random", "Draw a network at the limit"))
}

type baselineResult struct {
	Kind        string   `json:"kind"`
	Arch        string   `json:"arch"`
	LimitUS     float64  `json:"limit_us"`
	PredictedUS float64  `json:"predicted_us"`
	Multiplier  *float64 `json:"multiplier"`
	Expansion   *float64 `json:"expansion"`
	MACs        int64    `json:"macs"`
	Params      int64    `json:"params"`
}

func runBaseline(ctx context.Context, a *app, kind string, o baselineOptions) (result, error) {
	if err := checkClassCount(o.classes); err != nil {
		return nil, err
	}
	if o.table == "" {
		return nil, fault.New(fault.Usage, "Give --lut X.lut; fbnas profile makes one.", "no latency table is given")
	}
	if err := checkOutputs(o.out); err != nil {
		return nil, err
	}
	if err := keepInputs(o.out, o.table, o.space); err != nil {
		return nil, err
	}
	table, err := openTable(ctx, o.table, profile.AtOnce)
	if err != nil {
		return nil, err
	}
	space, err := spaceFor(table, o.space)
	if err != nil {
		return nil, err
	}
	costs, err := search.NewCosts(space, o.classes, search.Latency{Table: table})
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", o.table, err)
	}
	for _, doubt := range doubts(table, space) {
		a.log.Warn(doubt)
	}
	_, largest := costs.Bounds()
	limit, err := o.limitUS(largest)
	if err != nil {
		return nil, err
	}
	made, err := baselines[kind](costs, limit, o.seed)
	if err != nil {
		return nil, err
	}
	arch, err := space.Arch(made.Selection, o.classes)
	if err != nil {
		return nil, err
	}
	arch.Name = space.Name + "-" + kind
	blocks, err := arch.Resolve()
	if err != nil {
		return nil, err
	}
	if err := profile.Fresh(table, blocks); err != nil {
		return nil, err
	}
	counts := models.Count(blocks)
	return baselineResult{kind, o.out, limit, costs.Of(made.Selection), positive(made.Multiplier), positive(made.Expansion), counts.MACs, counts.Params},
		atomicfile.WriteBytes(o.out, arch.YAML())
}

func (o baselineOptions) limitUS(largest float64) (float64, error) {
	if (o.limit == "") == (o.like == "") {
		return 0, fault.New(fault.Usage, "Give one of --limit 15ms and --like RUN.", "the limit is not clear")
	}
	if o.limit != "" {
		list, err := latencies([]string{o.limit}, largest)
		if err != nil {
			return 0, err
		}
		return list[0], nil
	}
	info, err := rundir.Stat(o.like)
	if err != nil {
		return 0, err
	}
	var s search.Summary
	if err := json.Unmarshal(info.Summary, &s); err != nil || len(s.Results) == 0 {
		return 0, fault.New(fault.Usage, "Give the folder of a finished search.", "%s holds no result of a search", o.like)
	}
	return s.Results[0].Predicted, nil
}

func (r baselineResult) Text(w io.Writer) error {
	facts := []fact{
		{"architecture", r.Arch},
		{"predicted", text.Latency(r.PredictedUS) + ", limit " + text.Latency(r.LimitUS)},
		{"network", fmt.Sprintf("%s params, %s MACs", text.Count(r.Params), text.Count(r.MACs))},
	}
	if r.Multiplier != nil {
		facts = append(facts, fact{"made by", fmt.Sprintf("width multiplier %.2f, expansion %g", *r.Multiplier, *r.Expansion)})
	}
	return writeFacts(w, facts...)
}

// positive is a pointer for a JSON document, in which what is absent is null.
func positive(v float64) *float64 {
	if v == 0 {
		return nil
	}
	return &v
}
