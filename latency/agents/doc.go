// Package agents finds the agent for a device: the program of package
// latency/agent, built for the device's processor. The first that is there is
// taken:
//
//  1. the file that FBNAS_AGENT names, for a device with this machine's
//     processor, or FBNAS_AGENT_ARM64 and the like, for one with another;
//  2. the one that is embedded in this program: make build puts agents for
//     Linux into the folder built before it builds fbnas;
//  3. a file beside this program, fbnas-agent or fbnas-agent-linux-arm64 and
//     the like;
//  4. for this machine only, this program itself, if it calls ServeIfAsked
//     first in its main.
//
// A device is given the agent's bytes (Of). On this machine it is started from
// a file (Here): an embedded agent is unpacked into the cache, below a name
// made of its content, and compared with what is embedded at each use.
package agents
