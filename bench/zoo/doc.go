// Command zoo makes the table of all built-in networks: counts beside the
// published ones, exported files, their latency on this machine, and PyTorch's
// export of the same network beside each, timed in the same rounds. Each
// network is one JSON line on standard output.
package main
