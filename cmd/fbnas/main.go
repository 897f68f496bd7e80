// Command fbnas measures a device, searches a network that is fast on it,
// trains it and exports it as ONNX. Each verb is one file of this folder.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"fbnas/latency/agents"
)

func main() {
	agents.ServeIfAsked()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
