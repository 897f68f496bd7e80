package models_test

import (
	"fmt"

	"fbnas/models"
)

// A built-in architecture, resolved to blocks with every shape, and counted.
func ExampleArch_Resolve() {
	arch, err := models.LoadArch("fbnetv2_f1")
	if err != nil {
		fmt.Println(err)
		return
	}
	blocks, err := arch.Resolve()
	if err != nil {
		fmt.Println(err)
		return
	}
	b := blocks[2]
	fmt.Printf("%d blocks; the third: %s %dx%d, %dx%d, %d to %d to %d channels\n",
		len(blocks), b.Kind, b.Kernel, b.Kernel, b.Height, b.Width, b.In, b.Mid, b.Out)
	n := models.Count(blocks)
	fmt.Printf("%d parameters, %.1f M multiply-accumulates\n", n.Params, float64(n.MACs)/1e6)
	// Output:
	// 18 blocks; the third: ir 5x5, 64x64, 8 to 48 to 24 channels
	// 6024744 parameters, 56.2 M multiply-accumulates
}

// A space is a set of architectures: what there is to choose, and the network
// that a selection of options makes.
func ExampleParseSpace() {
	space, err := models.ParseSpace([]byte(`
version: 1
name: small
input: {channels: 3, height: 32, width: 32}
rounding: {divisor: 8}
width: stage
stem: {kernel: 3, stride: 2, width: 16, act: relu}
stages:
  - {blocks: 2, stride: 2, width: [16, 24, 32], expansion: [2, 4], kernel: [3, 5], act: relu}
head: {bias: true}
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range space.Choices() {
		fmt.Println(c.Name, c.Options)
	}
	arch, err := space.Arch(models.Selection{1, 0, 0, 1, 1}, 10)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", arch.YAML())
	// Output:
	// stage1.width [16 24 32]
	// blocks.01.expansion [2 4]
	// blocks.01.kernel [3 5]
	// blocks.02.expansion [2 4]
	// blocks.02.kernel [3 5]
	// version: 1
	// name: small
	// input: {channels: 3, height: 32, width: 32}
	// classes: 10
	// rounding: {divisor: 8}
	// blocks:
	//   - {kind: conv, out: 16, kernel: 3, stride: 2, act: relu}
	//   - {kind: ir, out: 24, kernel: 3, stride: 2, mid: 32, act: relu, expand_conv: true}
	//   - {kind: ir, out: 24, kernel: 5, mid: 96, act: relu, expand_conv: true}
	// head: {bias: true}
}
