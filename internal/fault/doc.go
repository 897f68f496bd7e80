// Package fault gives errors the two things a command line needs beside a
// message: a code, from which the exit status follows, and a hint, which says
// what to do next.
package fault
