// Package golden compares what tests produce with stored files.
package golden
