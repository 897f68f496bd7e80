package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"fbnas/internal/text"
	"fbnas/job"
)

func baselineVerb(a *app) *cobra.Command {
	return group("baseline", "Make a network without a search, to compare with",
		baselineKindVerb(a, job.Uniform, "Scale the widest network down by one width multiplier"),
		baselineKindVerb(a, job.MobileNetV2, "Give the space's network the shape of MobileNetV2, scaled to the limit"),
		baselineKindVerb(a, job.MobileNetV3, "Give the space's network the shape of MobileNetV3, scaled to the limit"),
		baselineKindVerb(a, job.FBNetV2, "Give the space's network the shape of FBNetV2, scaled to the limit"),
		baselineKindVerb(a, job.Random, "Draw a network at the limit"))
}

func baselineKindVerb(a *app, kind job.BaselineKind, short string) *cobra.Command {
	o := job.BaselineOptions{Kind: kind}
	var limit string
	name := string(kind)
	cmd := &cobra.Command{
		Use:     name + " --lut X.lut",
		Short:   short,
		Example: "  fbnas baseline " + name + " --lut local.lut --like runs/search-1 -o " + name + ".yaml",
		Args:    cobra.NoArgs,
		RunE: a.action(func(ctx context.Context, _ []string) (result, error) {
			if limit != "" {
				l, err := limitOf(limit)
				if err != nil {
					return nil, err
				}
				o.Limit = &l
			}
			r, err := job.Baseline(ctx, a.env, o)
			return view(r, baselineText), err
		}),
	}
	f := cmd.Flags()
	f.StringVar(&o.Table, "lut", "", "latency `table` of the device")
	f.StringVar(&o.Space, "space", "", "built-in `space` or space.yaml (default: the table's)")
	f.StringVar(&limit, "limit", "", "largest predicted latency, such as 15ms or 40%")
	f.StringVar(&o.Like, "like", "", "the limit is what the network of this search's `run` is predicted to take")
	f.StringVarP(&o.Output, "output", "o", name+".yaml", "the arch.yaml `file` to write")
	f.Uint64Var(&o.Seed, "seed", 1, "decides what is drawn")
	classesFlag(cmd, &o.Classes)
	return cmd
}

func baselineText(w io.Writer, r *job.BaselineResult) error {
	facts := []fact{
		{"architecture", r.Arch},
		{"predicted", text.Latency(r.Cost) + " " + plusMinus(r.Error) + ", limit " + text.Latency(r.LimitUS)},
		{"network", fmt.Sprintf("%s params, %s MACs", text.Count(r.Params), text.Count(r.MACs))},
	}
	switch {
	case r.Expansion != nil:
		facts = append(facts, fact{"made by", fmt.Sprintf("width multiplier %.2f, expansion %g", *r.Multiplier, *r.Expansion)})
	case r.Multiplier != nil:
		facts = append(facts, fact{"made by", fmt.Sprintf("width multiplier %.2f", *r.Multiplier)})
	}
	return writeFacts(w, facts...)
}
