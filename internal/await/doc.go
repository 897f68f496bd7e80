// Package await waits in tests as long as the test run may last, and not for a
// fixed number of seconds that a busy machine may exceed.
package await
