package agents

import (
	"os"

	"fbnas/latency/agent"
)

// ServeIfAsked lets a program be its own agent for this machine where no other
// one is found: main calls it first. In a process started by Here's command it
// does not return.
func ServeIfAsked() {
	if len(os.Args) > 1 && os.Args[1] == asAgent {
		os.Exit(agent.Main(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	serves = true
}
