// Command bench measures how fast and in how much memory this machine trains:
// against PyTorch, against its own limits, and with masks against without. Each
// figure is one JSON line on standard output.
package main
