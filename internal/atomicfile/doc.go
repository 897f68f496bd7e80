// Package atomicfile replaces files so that a crash at any moment leaves
// either the whole old content or the whole new one.
package atomicfile
