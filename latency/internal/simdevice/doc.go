// Package simdevice is a device for tests: models of a stated time on a clock
// of its own, with noise, other work on the core, drift and throttling, and
// models that fail, hang or crash.
package simdevice
