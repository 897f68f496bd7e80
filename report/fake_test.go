package report

import (
	"fmt"
	"math"
	"math/rand/v2"

	"fbnas/card"
	"fbnas/latency/stats"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/search"
)

// fake is a report with figures such as a run on Fashion-MNIST gives, made
// from a fixed seed.
func fake() Report {
	rng := rand.New(rand.NewPCG(1, 2))
	train := func(top1, end float64) *Train {
		return &Train{
			Top1: top1, TestImages: 10_000, Epochs: 4, Seconds: 231,
			Loss:     curve(rng, 240, 3700, 2.2, end, 0.08),
			Accuracy: curve(rng, 240, 3700, 0.2, top1, 0.03),
		}
	}
	found := card.Blocks([]models.Block{
		{Kind: "conv", Kernel: 3, Stride: 2, In: 1, Out: 8, SE: "none", Act: "relu"},
		{Kind: "ir", Kernel: 3, Stride: 1, In: 8, Mid: 24, Out: 8, SE: "none", Act: "relu"},
		{Kind: "ir", Kernel: 5, Stride: 2, In: 8, Mid: 32, Out: 24, SE: "hsigmoid", Act: "hswish"},
		{Kind: "ir", Kernel: 5, Stride: 1, In: 24, Mid: 48, Out: 24, SE: "none", Act: "relu"},
		{Kind: "skip", Kernel: 1, Stride: 1, In: 24, Out: 24, SE: "none", Act: "none"},
		{Kind: "conv", Kernel: 1, Stride: 1, In: 24, Out: 96, SE: "none", Act: "relu"},
		{Kind: "head", Kernel: 1, Stride: 1, In: 96, Out: 10, SE: "none", Act: "none"},
	})
	for i, us := range []float64{41, 182, 260.4, 301, 0, 210, 12} {
		found[i].LatencyUS = us
	}
	return Report{
		Title: "Fashion-MNIST on this machine", Tool: "fbnas 0.1.0", Created: "2026-11-23",
		Search: fakeSearch(rng, found),
		Networks: []Network{
			{
				Name: "found", Run: "train", Found: true, MACs: 834_000, Params: 24_118, PredictedUS: 1251, Blocks: found,
				Train:  train(0.9041, 0.35),
				Export: &Export{Path: "runs/demo/model.onnx", Bytes: 101_224, Opset: 17, IRVersion: 8, Nodes: 43, ParityDiff: 3.1e-6, ParityInputs: 64},
				Bench:  &Bench{"local", 1234, 1262, 1301, 1.023, 1251, 1300, 12, 1},
			},
			{
				Name: "baseline (width ×0.62)", Run: "baseline", MACs: 907_200, Params: 27_004, PredictedUS: 1248,
				Blocks: found[:3],
				Train:  train(0.8982, 0.41), Bench: &Bench{Device: "local", LatencyUS: 1229, PredictedUS: 1248, TargetUS: 1300},
			},
		},
		Table:    fakeTable(rng),
		Stages:   []Stage{{"profile", 131}, {"search", 402.1}, {"train", 231}, {"export", 3.2}, {"bench", 21}, {"baseline", 228}},
		Settings: []File{{"config.yaml", "version: 1\nverb: search\nconfig:\n  target: 1.3ms # <not a tag>\n"}},
	}
}

func fakeSearch(rng *rand.Rand, found []card.Block) *Search {
	s := &Search{
		Space: "demo", Log10Architectures: 9.1, SmallestUS: 412, LargestUS: 3120, Epochs: 6, Seconds: 402.1, Seed: 7,
		Results: []Result{{Blocks: found, Found: search.Found{Target: 1300, Limit: 1258, File: "arch.yaml", MACs: 834_000, Params: 24_118,
			Estimate: lut.Estimate{Cost: 1251, Error: new(26.0), Rows: 6, PredictedRows: 2, PredictedCost: 561.4}}}},
		Loss: curve(rng, 240, 1200, 2.3, 0.5, 0.1), ChoiceLoss: curve(rng, 120, 1200, 2.1, 0.6, 0.12),
		Accuracy: curve(rng, 240, 1200, 0.1, 0.83, 0.04),
	}
	for i := range 240 {
		x := float64(i) / 239
		s.Temperature = append(s.Temperature, Point{1200 * x, 5 * math.Pow(0.087/5, x)})
		s.Limit = append(s.Limit, Point{1200 * x, 1300 * math.Pow(2.2, max(0, 1-x/0.3))})
		s.Expected = append(s.Expected, Point{1200 * x, 1300 * (1 + 1.15*math.Exp(-4*x)*math.Cos(2*x)) * (1 + 0.01*rng.NormFloat64())})
	}
	for i, kind := range []string{"width", "expansion", "kernel", "width", "expansion", "kernel", "expansion", "kernel"} {
		values := map[string][]float64{"width": {8, 12, 16, 20, 24}, "expansion": {1, 1.5, 2, 3, 4}, "kernel": {3, 5}}[kind]
		name := fmt.Sprintf("blocks.%02d.%s", i/3+1, kind)
		if kind == "width" {
			name = fmt.Sprintf("stage%d.width", i/3+1)
		}
		s.Choices = append(s.Choices, fakeChoice(rng, name, kind, values))
	}
	return s
}

// fakeChoice moves from equal probabilities to one option.
func fakeChoice(rng *rand.Rand, name, kind string, values []float64) Choice {
	c := Choice{Name: name, Options: make([]Option, len(values))}
	win := rng.IntN(len(values))
	for j := range 60 {
		x := float64(j) / 59
		sum, p := 0., make([]float64, len(values))
		for i := range p {
			z := 0.3 * x * rng.NormFloat64()
			if i == win {
				z += 5 * x * x
			}
			p[i] = math.Exp(z)
			sum += p[i]
		}
		for i := range p {
			c.Options[i].Label = OptionLabel(models.ChoiceKind(kind), models.Number(values[i]))
			c.Options[i].Probability = append(c.Options[i].Probability, Point{1200 * x, p[i] / sum})
		}
	}
	return c
}

func fakeTable(rng *rand.Rand) *LatencyTable {
	t := &LatencyTable{
		Path: "runs/demo/demo.lut", Device: "Xeon, 2 cores, x86_64", Condition: "onnxruntime 1.27.0, cpu, fp32, batch 1, 1 thread",
		Space: "demo", Rows: 482, Failed: 0, Noisy: "rounds drifted by 6 %: the clock was not fixed",
		Validation: &Validation{Accuracy: stats.Accuracy{N: 20, MAPE: 0.021, Bias: -0.004, MaxError: 0.061, P95Error: 0.047, Within5: 0.95, Within10: 1, Spearman: 0.996}},
		Certainty:  lut.Certainty{Origin: lut.Validated, Networks: 20, MeanError: 0.021, P95Error: 0.047, MaxError: 0.061, Space: "demo"},
	}
	for i := range 20 {
		us := 600 + 130*float64(i)
		t.Validation.Pairs = append(t.Validation.Pairs, Pair{us, us * (1 + 0.025*rng.NormFloat64())})
	}
	for _, mid := range []float64{24, 48, 96} {
		l := Line{Name: fmt.Sprintf("mid %g", mid)}
		for c := 4.; c <= 24; c += 4 {
			l.Points = append(l.Points, Point{c, 20 + mid*math.Ceil(c/8)/3})
		}
		t.Families = append(t.Families, l)
	}
	return t
}

// curve decays from one value to another, with noise.
func curve(rng *rand.Rand, n int, steps, from, to, noise float64) []Point {
	points := make([]Point, n)
	for i := range points {
		x := float64(i) / float64(n-1)
		points[i] = Point{steps * x, to + (from-to)*math.Exp(-5*x) + noise*(1-x/2)*rng.NormFloat64()}
	}
	return points
}
