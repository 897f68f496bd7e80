// Command fbnas-agent times models on the device that it runs on: it reads one
// request from its standard input and answers in JSON lines (package
// latency/wire).
package main

import (
	"os"

	"fbnas/latency/agent"
)

func main() {
	os.Exit(agent.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
