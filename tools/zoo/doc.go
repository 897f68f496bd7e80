// Command zoo makes the table of all built-in networks: counts beside the
// published ones, exported files, their latency on this machine, and PyTorch's
// export of the same network beside each, timed in the same rounds. With -opsets
// it checks the files of every opset instead. Each network is one JSON line on
// standard output.
package main
