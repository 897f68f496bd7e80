// Package memory says how much memory this process can still have.
package memory
