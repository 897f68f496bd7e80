package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"syscall"
	"time"

	"fbnas/dataset"
	"fbnas/engine"
	"fbnas/engine/ort"
	"fbnas/internal/random"
	"fbnas/internal/setup"
	"fbnas/train"
)

// processStart is when this process started, except for what the system and Go's runtime
// do before.
var processStart = time.Now()

// warmUp is the number of steps before the measured ones; the first steps touch
// their memory for the first time.
const warmUp = 2

// turn does one job in this process, whose memory is then that job's alone.
func turn(ctx context.Context, text string) (f figures, err error) {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return f, fmt.Errorf("-one: %w", err)
	}
	switch j.Kind {
	case copyJob:
		return timed(j.Steps, copyStep(j.Threads))
	case matmulJob, stepJob, imagesJob:
	default:
		return f, fmt.Errorf("-one: there is no job of kind %q", j.Kind)
	}
	library, err := setup.ORTLibrary()
	if err != nil {
		return f, err
	}
	e, err := ort.New(ort.Options{Library: library, Threads: j.Threads, Dialect: j.Dialect})
	if err != nil {
		return f, err
	}
	load, err := peakMemoryMB()
	if err != nil {
		return f, err
	}
	switch j.Kind {
	case matmulJob:
		f, err = matmulTurn(ctx, e, j)
	case stepJob:
		f, err = stepTurn(ctx, e, j)
	case imagesJob:
		f, err = imagesTurn(ctx, e, j)
	}
	if err != nil {
		return f, err
	}
	f.LoadMB = load
	f.PeakMB, err = peakMemoryMB()
	return f, err
}

// timed measures steps one by one.
func timed(steps int, step func() error) (f figures, err error) {
	var ms []float64
	var cpu time.Duration
	for i := range warmUp + steps {
		if i == warmUp {
			cpu = cpuTime()
		}
		start := time.Now()
		if err := step(); err != nil {
			return f, err
		}
		if i == 0 {
			f.FirstStepS = time.Since(processStart).Seconds()
		}
		if i >= warmUp {
			ms = append(ms, 1e3*time.Since(start).Seconds())
		}
	}
	f.MedianMS, f.MinMS = median(ms), slices.Min(ms)
	f.CPUMS = 1e3 * (cpuTime() - cpu).Seconds() / float64(steps)
	return f, nil
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot fail: its arguments are constant
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// open compiles the step of a job's network; the runner and its state live as
// long as the process.
func open(e engine.Engine, j job) (subject, engine.Runner, error) {
	s, err := subjectOf(j.Network)
	if err != nil {
		return s, nil, err
	}
	state, err := e.NewState(s.specs())
	if err != nil {
		return s, nil, err
	}
	c := train.DefaultConfig()
	if err := s.net.Initialise(state, c.Seed); err != nil {
		return s, nil, err
	}
	runner, err := e.Compile(s.program(j.Batch, c), state)
	return s, runner, err
}

func stepTurn(ctx context.Context, e engine.Engine, j job) (figures, error) {
	s, runner, err := open(e, j)
	if err != nil {
		return figures{}, err
	}
	feeds := s.feeds(j.Batch)
	return timed(j.Steps, func() error {
		r, err := runner.Run(ctx, feeds)
		if err != nil {
			return err
		}
		return train.CheckLoss(r[train.Loss][0])
	})
}

// feeds are one batch of noise, and one draw for the choices.
func (s subject) feeds(batch int) engine.Feeds {
	r := random.New(1, "bench")
	pixels, labels := make([]float32, batch*s.input.Size()), make([]int64, batch)
	for i := range pixels {
		pixels[i] = float32(r.NormFloat64())
	}
	for i := range labels {
		labels[i] = int64(r.IntN(classes))
	}
	feeds := adam.Feeds(1)
	feeds[train.Images], feeds[train.Labels] = engine.Floats(pixels), engine.Ints(labels)
	feeds[train.LearningRate], feeds[train.NormMomentum] = engine.Scalar(0.001), engine.Scalar(0.1)
	feeds[temperature] = engine.Scalar(5)
	for _, c := range s.choices {
		draw := make([]float32, len(c.Options))
		for i := range draw {
			draw[i] = float32(-math.Log(r.ExpFloat64()))
		}
		feeds[noise+c.Name] = engine.Floats(draw)
	}
	return feeds
}

// imagesTurn trains as `fbnas train` does, without writing anything.
func imagesTurn(ctx context.Context, e engine.Engine, j job) (f figures, err error) {
	s, runner, err := open(e, j)
	if err != nil {
		return f, err
	}
	set, err := dataset.Open(ctx, "fashion-mnist", dataset.Options{Channels: s.input.Channels, Height: s.input.Height, Width: s.input.Width})
	if err != nil {
		return f, err
	}
	c := train.DefaultConfig()
	c.Batch = j.Batch
	loader, err := c.Loader(set.Train, "train")
	if err != nil {
		return f, err
	}
	stream := &train.Stream{Loader: loader, At: func(step int) int { return step }}
	var m train.WeightMetrics
	loop := train.Loop{
		Steps: warmUp, Streams: []*train.Stream{stream},
		Turns: func(step int) []train.Turn {
			m = train.WeightMetrics{Rate: 0.001}
			return []train.Turn{{Runner: runner, Stream: stream, Feeds: m.Feeds(c), Done: m.Record}}
		},
		AfterStep: func(int) error { return nil },
		Save:      func(int, train.Timing) error { return nil },
	}
	if _, err := loop.Run(ctx, 0); err != nil {
		return f, err
	}
	loop.Steps, loop.Before = warmUp+j.Steps, train.Timing{}
	cpu := cpuTime()
	t, err := loop.Run(ctx, warmUp)
	f.MedianMS = 1e3 * t.Total.Seconds() / float64(j.Steps)
	f.MinMS = f.MedianMS
	f.CPUMS = 1e3 * (cpuTime() - cpu).Seconds() / float64(j.Steps)
	f.WaitShare = t.WaitFraction()
	return f, err
}
