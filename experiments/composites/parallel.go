package main

import (
	"context"
	"runtime"
	"sync"
)

// each does a job for each number below n, on all cores, and returns the first
// error.
func each(ctx context.Context, n int, do func(i int) error) error {
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, runtime.NumCPU()) {
		workers.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		select {
		case next <- i:
			continue
		case <-working.Done():
		}
		break
	}
	close(next)
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return context.Cause(working)
}
