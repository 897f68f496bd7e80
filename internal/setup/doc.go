// Package setup fetches what fbnas needs from outside the Go toolchain: ONNX
// Runtime's shared library, the demo data, the libraries for arm64 devices, and
// files for tests.
//
// Each item is one row of the table in items.go: its source, the files
// that it must contain, and their hashes. [Ensure] fetches the missing items with the
// tools of npm and Debian, or takes archives from a folder, unpacks them into the
// cache folder, and verifies them there. A lock keeps two processes from filling an
// item at the same time, and an existing item is whole: it was renamed into place.
package setup
