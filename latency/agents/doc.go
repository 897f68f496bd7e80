// Package agents finds the agent for a device: the program of package
// latency/agent, built for the device's processor.
package agents
