// Package golden compares what tests produce with files that are kept.
package golden
