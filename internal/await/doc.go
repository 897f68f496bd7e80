// Package await waits in tests: as long as the test run may last, and not for a
// number of seconds that a busy machine exceeds.
package await
