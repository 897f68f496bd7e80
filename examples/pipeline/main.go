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
	agents.ServeIfAsked()           // measures this machine in a process of its own
	target := job.Limit{Part: 0.45} // of the slowest network of the space
	if err := pipeline("runs/pipeline", "demo", "fashion-mnist", target, 0, func(*train.Config) {}); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s\n", err, job.Hint(err))
		os.Exit(1)
	}
}

// pipeline works in a folder. rounds is how often each block is measured, 0 for
// the usual number; adjust changes how networks are trained.
func pipeline(folder, space, data string, target job.Limit, rounds int, adjust func(*train.Config)) error {
	ctx, env := context.Background(), &job.Env{Log: slog.Default(), Tool: "pipeline"}
	in := func(name string) string { return filepath.Join(folder, name) }
	measure := job.MeasureOptions{Device: job.Device{Name: "local"}, Rounds: rounds, AllowNoisy: true}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	if _, err := job.Profile(ctx, env, job.ProfileOptions{MeasureOptions: measure, Space: space, Output: in("local.lut")}); err != nil {
		return err
	}
	searching := search.DefaultConfig()
	adjust(&searching.Train)
	found, err := job.Search(ctx, env, job.SearchOptions{RunOptions: job.RunOptions{Folder: in("search"), Data: data},
		Table: in("local.lut"), Targets: []job.Limit{target}, Config: searching})
	if err != nil {
		return err
	}
	training := train.DefaultConfig()
	adjust(&training)
	if _, err := job.Train(ctx, env, job.TrainOptions{RunOptions: job.RunOptions{Folder: in("train"), Data: data},
		Network: found.Run, Config: training}); err != nil {
		return err
	}
	file, err := job.Export(ctx, env, in("model.onnx"), job.ExportOptions{From: in("train"), Table: in("local.lut")})
	if err == nil {
		fmt.Printf("%s: %.1f µs predicted, logits within %.1g of the training's\n", file.Path, *file.PredictedUS, *file.MaxAbsDiff)
	}
	return err
}
