// Command fbnas-agent times models on the device that it runs on: it reads one
// request from its standard input and answers in JSON lines (package
// latency/wire).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"fbnas/latency/agent"
)

func main() {
	library := flag.String("ort", "libonnxruntime.so", "the ONNX Runtime library to load")
	models := flag.String("dir", ".", "the folder of the model files, DIGEST.onnx")
	flag.Parse()
	if flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	err := agent.Serve(context.Background(), os.Stdin, os.Stdout, agent.Config{
		Models:   os.DirFS(*models),
		Open:     agent.OpenMachine(*library),
		Selftest: agent.Selftest(*library),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "fbnas-agent:", err)
		os.Exit(1)
	}
}
