// Command pipeline does through package job what make demo does on the command
// line: it measures the blocks of a space on this machine, searches a network for
// a latency, trains it and writes it as ONNX.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"fbnas/job"
	"fbnas/latency/agents"
	"fbnas/search"
	"fbnas/train"
)

func main() {
	agents.ServeIfAsked() // measures this machine in a process of its own
	demo := pipeline{
		folder: "runs/pipeline", space: "demo", data: "fashion-mnist",
		target: job.Limit{Part: 0.45}, // of the slowest network of the space
		search: search.DefaultConfig(), train: train.DefaultConfig(),
	}
	if err := demo.run(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s\n", err, job.Hint(err))
		os.Exit(1)
	}
}

// pipeline goes from a space and data to a model, all files in a folder.
type pipeline struct {
	folder, space, data string
	target              job.Limit
	rounds              int // in which each block is measured; 0 is the usual number
	search              search.Config
	train               train.Config
}

func (p pipeline) run() error {
	ctx, env := context.Background(), &job.Env{Log: slog.Default(), Tool: "pipeline"}
	in := func(name string) string { return filepath.Join(p.folder, name) }
	measure := job.MeasureOptions{Device: job.Device{Name: "local"}, Rounds: p.rounds, AllowNoisy: true}
	if err := os.MkdirAll(p.folder, 0o777); err != nil {
		return err
	}
	if _, err := job.Profile(ctx, env, job.ProfileOptions{MeasureOptions: measure, Space: p.space, Output: in("local.lut")}); err != nil {
		return err
	}
	found, err := job.Search(ctx, env, job.SearchOptions{RunOptions: job.RunOptions{Folder: in("search"), Data: p.data},
		Table: in("local.lut"), Targets: []job.Limit{p.target}, Config: p.search})
	if err != nil {
		return err
	}
	if _, err := job.Train(ctx, env, job.TrainOptions{RunOptions: job.RunOptions{Folder: in("train"), Data: p.data},
		Network: found.Run, Config: p.train}); err != nil {
		return err
	}
	file, err := job.Export(ctx, env, in("model.onnx"), job.ExportOptions{From: in("train"), Table: in("local.lut")})
	if err == nil {
		fmt.Printf("%s: %.1f µs predicted, logits within %.1g of the training's\n", file.Path, *file.PredictedUS, *file.MaxAbsDiff)
	}
	return err
}
