// Package devicestest starts a real ssh server on this machine, with a faulty
// line to it, for the tests of other packages.
package devicestest
