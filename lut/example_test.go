package lut_test

import (
	"fmt"

	"fbnas/lut"
)

// The latency of a network is the sum of its blocks' costs in it, and the table
// says how far to trust that. The network here is the table's own reference.
func ExampleTable_Predict() {
	table, err := lut.Load("testdata/v3.lut")
	if err != nil {
		fmt.Println(err)
		return
	}
	network := table.Header.Reference.Blocks
	e, err := table.Predict(network)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, b := range network {
		alone, err := table.Lookup(b)
		if err != nil {
			fmt.Println(err)
			return
		}
		inside, err := table.BlockCost(b)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%-4s %dx%d %d→%d: %.1f µs alone, %.1f µs in a network\n", b.Kind, b.Height, b.Width, b.In, b.Out, alone.Cost, inside.Cost)
	}
	fmt.Printf("with a base of %.1f µs: %.1f µs, errors known from: %s\n", table.Base(), e.Cost, e.Origin)
	// Output:
	// ir   16x16 8→16: 46.3 µs alone, 46.3 µs in a network
	// ir   8x8 16→16: 36.1 µs alone, 36.1 µs in a network
	// ir   8x8 16→16: 36.1 µs alone, 36.1 µs in a network
	// ir   8x8 16→16: 36.1 µs alone, 36.1 µs in a network
	// head 8x8 16→10: 13.1 µs alone, 13.1 µs in a network
	// with a base of -6.3 µs: 161.5 µs, errors known from: validated
}
