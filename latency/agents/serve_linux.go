package agents

import (
	"os"

	"fbnas/latency/agent"
)

// ServeIfAsked makes a program its own agent for this machine where no other
// one is found: main calls it before anything else. In a process that Here's
// result has started it does not return.
func ServeIfAsked() {
	if len(os.Args) > 1 && os.Args[1] == asAgent {
		os.Exit(agent.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	serves = true
}
