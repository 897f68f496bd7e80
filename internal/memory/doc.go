// Package memory says how much memory this process can still allocate.
package memory
