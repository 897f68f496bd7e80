// Package program is what the programs of developers have in common as
// programs: how they start and end, and the flag that chooses rows.
package program
