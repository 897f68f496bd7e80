package grad_test

import (
	"fmt"
	"os"

	"fbnas/engine/interp"
	"fbnas/graph"
	"fbnas/graph/grad"
)

// The gradient of a loss is more nodes of the same graph, which any engine
// evaluates: here the loss is the sum of (w x)², its gradient 2 w x².
func ExampleOf() {
	g := graph.New()
	x := g.Input("x", graph.Float, 3)
	w := g.Input("w", graph.Float, 3)
	y := g.Mul(w, x)
	loss := g.Dot(y, y, 0)
	dw := grad.Of(g, loss, []*graph.Node{w})[0]

	values, err := interp.Eval([]*graph.Node{loss, dw}, map[string][]float64{
		"x": {1, 2, 3},
		"w": {1, -1, 0.5},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("loss", values[0], "dw", values[1])
	if err := graph.Fprint(os.Stdout, dw); err != nil {
		fmt.Println(err)
	}
	// Output:
	// loss [7.25] dw [2 -8 9]
	// %4 Const[1]()
	// %5 Expand[3](%4)
	// %1 Input w[3]()
	// %0 Input x[3]()
	// %2 Mul[3](%1, %0)
	// %6 Mul[3](%5, %2)
	// %7 Add[3](%6, %6)
	// %8 Mul[3](%7, %0)
}
