// Package fakeadbd is a phone for tests: the daemon side of adb's protocol over
// TCP, so that the real adb client and the real adb server talk to it. Scripts
// run in this machine's shell; faults come from one table.
package fakeadbd
