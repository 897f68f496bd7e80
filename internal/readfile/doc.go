// Package readfile reads whole files up to a limit, so that a path given by
// mistake does not fill the memory.
package readfile
