// Package plaintext reads text as the editors of all systems save it.
package plaintext
