package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"

	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/graph"
	"fbnas/models"
	"fbnas/train"
)

const (
	// copyFloats is beyond every cache: 256 MB.
	copyFloats = 64 << 20
	// matmulSide makes products large enough for the kernel to reach its peak.
	matmulSide = 1536
)

// machineRow compares the step with what the machine can do. A copy counts bytes
// read and written; for the step, see traffic. Passes are how many copies of all
// feature maps of the network's convolutions would take as long as the step.
func (p plan) machineRow(threads int) row {
	const batch, net = 128, "relu"
	ours := func(name, kind string) job {
		return job{Name: name, Kind: kind, Network: net, Dialect: ort.Auto, Batch: batch, Threads: threads, Steps: p.steps}
	}
	maps, flops := stepSize(net, batch)
	moved := traffic(net, batch)
	const copied, multiplied = 2 * 4 * copyFloats, 2 * matmulSide * matmulSide * matmulSide
	// billions per second of an amount that one step of a contestant does
	billions := func(name, of string, amount float64) derived { return rate(name, of, amount/1e6) }
	return row{
		bench: "machine", setting: line{"net": net, "batch": batch, "threads": threads},
		contestants: []job{ours("copy", copyJob), ours("matmul", matmulJob), ours("step", stepJob)},
		derived: []derived{
			billions("copy_gb_per_s", "copy", copied),
			billions("matmul_gflop_per_s", "matmul", multiplied),
			billions("step_gb_per_s", "step", moved),
			billions("step_gflop_per_s", "step", flops),
			{"step_share_of_copy", []string{"copy", "step"}, func(pair map[string]figures) float64 {
				return moved / medianMS(pair["step"]) / (copied / medianMS(pair["copy"]))
			}},
			{"step_share_of_matmul", []string{"matmul", "step"}, func(pair map[string]figures) float64 {
				return flops / medianMS(pair["step"]) / (multiplied / medianMS(pair["matmul"]))
			}},
			{"step_in_passes_over_maps", []string{"copy", "step"}, func(pair map[string]figures) float64 {
				return medianMS(pair["step"]) / medianMS(pair["copy"]) * copied / (2 * maps)
			}},
		},
	}
}

// stepSize is the bytes of the outputs of a network's convolutions, and the
// floating-point operations of a step: those of the forward pass, and twice as
// many for the gradients of weights and maps.
func stepSize(net string, batch int) (maps, flops float64) {
	s, err := subjectOf(net)
	if err != nil {
		panic(err) // cannot fail: one of bench's own networks
	}
	for _, b := range s.blocks {
		for _, c := range b.Convolutions() {
			maps += float64(4 * batch * c.Out * c.Height * c.Width)
		}
	}
	return maps, 3 * 2 * float64(models.Count(s.blocks).MACs) * float64(batch)
}

// traffic is the bytes of maps that the nodes of a step read and write, assuming
// that each reads its inputs from memory and writes its outputs there. Several
// passes of a dialect or a kernel count once; reads that a cache saves count all
// the same.
func traffic(net string, batch int) (bytes float64) {
	s, err := subjectOf(net)
	if err != nil {
		panic(err) // cannot fail: one of bench's own networks
	}
	size := func(n *graph.Node) float64 {
		if !n.Map {
			return 0
		}
		return float64(4 * n.Shape.Len())
	}
	for _, n := range graph.Reachable(s.program(batch, train.DefaultConfig()).Outputs()...) {
		if n.Op == graph.Reshape || len(n.In) == 0 {
			continue
		}
		bytes += size(n)
		for _, in := range n.In {
			bytes += size(in)
		}
	}
	return bytes
}

// copyStep copies with as many threads as a step uses.
func copyStep(threads int) func() error {
	from, to := make([]float32, copyFloats), make([]float32, copyFloats)
	for i := range from {
		from[i] = float32(i)
	}
	part := copyFloats / threads
	return func() error {
		var done sync.WaitGroup
		for i := range threads {
			done.Go(func() { copy(to[i*part:(i+1)*part], from[i*part:(i+1)*part]) })
		}
		done.Wait()
		return nil
	}
}

// matmulTurn multiplies matrices of the state, and returns a number of the
// product so that it must be computed.
func matmulTurn(ctx context.Context, e engine.Engine, j job) (figures, error) {
	specs := []engine.Spec{{Name: "a", Shape: graph.Shape{matmulSide, matmulSide}}, {Name: "b", Shape: graph.Shape{matmulSide, matmulSide}}}
	state, err := e.NewState(specs)
	if err != nil {
		return figures{}, err
	}
	g := graph.New()
	a, b := g.Input("a", graph.Float, matmulSide, matmulSide), g.Input("b", graph.Float, matmulSide, matmulSide)
	sum := g.Reshape(g.Sum(g.MatMul(a, b, false, false), 0, 1), 1)
	runner, err := e.Compile(&engine.Program{Name: "matmul", Graph: g, Returns: []engine.Binding{{Name: "sum", Node: sum}}}, state)
	if err != nil {
		return figures{}, err
	}
	return timed(j.Steps, func() error {
		_, err := runner.Run(ctx, nil)
		return err
	})
}

// peakMemoryMB is the largest resident size that this process has had.
func peakMemoryMB() (float64, error) {
	const path = "/proc/self/status"
	status, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("peak memory: %w", err)
	}
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kb float64
	if _, err := fmt.Sscanf(string(after), "%f kB", &kb); err != nil {
		return 0, fmt.Errorf("peak memory: VmHWM of %s: %w", path, err)
	}
	return kb / 1024, nil
}
