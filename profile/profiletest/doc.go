// Package profiletest is a simulated device for tests: a latency.Meter whose
// truth is a formula, so that a table can be held against it, and which drifts,
// fails, or stops as a test asks for; with a small space to be profiled on it.
package profiletest
