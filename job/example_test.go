package job_test

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"fbnas/job"
	"fbnas/search"
	"fbnas/train"
)

// A network for this machine: its blocks are timed, a network is searched in half of
// the time that the slowest one takes, trained and exported. It takes minutes, so
// that it is only compiled here; examples/pipeline is a program that is tested.
func Example() {
	ctx, env := context.Background(), &job.Env{Log: slog.Default()}
	measure := job.MeasureOptions{Device: job.Device{Name: "local"}}
	if _, err := job.Profile(ctx, env, job.ProfileOptions{MeasureOptions: measure, Space: "demo", Output: "local.lut"}); err != nil {
		fmt.Println(err, job.Hint(err))
		return
	}
	found, err := job.Search(ctx, env, job.SearchOptions{
		RunOptions: job.RunOptions{Folder: "search", Data: "fashion-mnist"},
		Table:      "local.lut", Targets: []job.Limit{{Part: 0.5}}, Config: search.DefaultConfig(),
	})
	if err != nil {
		fmt.Println(err, job.Hint(err))
		return
	}
	trained, err := job.Train(ctx, env, job.TrainOptions{
		RunOptions: job.RunOptions{Folder: "train", Data: "fashion-mnist"}, Network: found.Run, Config: train.DefaultConfig(),
	})
	if err != nil {
		fmt.Println(err, job.Hint(err))
		return
	}
	file, err := job.Export(ctx, env, "model.onnx", job.ExportOptions{From: trained.Run, Table: "local.lut"})
	if err != nil {
		fmt.Println(err, job.Hint(err))
		return
	}
	fmt.Printf("%s: top-1 %.3f, %.0f µs predicted\n", file.Path, trained.Top1, *file.PredictedUS)
}

func ExampleDescribeSpace() {
	space, err := job.DescribeSpace("demo", 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d layers, 10^%.0f architectures, %d rows of a table\n", space.Layers, space.Log10, space.Rows)
	// Output: 7 layers, 10^7 architectures, 435 rows of a table
}

func ExampleShowModel() {
	network, _, err := job.ShowModel("fbnetv2_f1", job.ShowOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %d parameters, %d multiply-accumulates\n", network.Name, network.Params, network.MACs)
	// Output: fbnetv2_f1: 6024744 parameters, 56231936 multiply-accumulates
}

func ExampleHint() {
	_, err := job.Bench(context.Background(), new(job.Env), job.BenchOptions{Target: new(time.Duration(0))})
	fmt.Println(job.Hint(err))
	// Output: Give a time such as --target 15ms.
}
