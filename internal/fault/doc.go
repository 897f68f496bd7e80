// Package fault gives errors the two things that a command line needs besides a
// message: a code, which decides the exit status, and a hint, which says
// what to do next.
package fault
