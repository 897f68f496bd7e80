package search

import (
	"fbnas/engine"
	"fbnas/graph"
)

// Names of a constraint's feed, results and state.
const (
	limitFeed        = "limit"  // [1], in the cost's unit
	costResult       = "cost"   // [1], expected
	multiplierResult = "lambda" // [1]
	// multiplierState is the integral part of the multiplier, [1].
	multiplierState = "lambda.integral"
)

// Control is how the multiplier follows the limit: lambda = max(0, integral +
// Proportional log(C/L)), and integral <- max(0, integral + Integral log(C/L))
// after each step (docs/background/search.md, "The limit").
type Control struct{ Proportional, Integral float64 }

// constraint keeps an expected cost C at a limit L while the choices learn. It is
// all that a choice step knows of a limit: a limit by another table or another
// cost would be another constraint, with names of its own.
type constraint struct {
	costs   *Costs
	control Control
}

// spec is the constraint's state between choice steps.
func (constraint) spec() engine.Spec {
	return engine.Spec{Name: multiplierState, Shape: graph.Shape{1}}
}

// addTo adds the constraint to a choice step: p returns the cost and the
// multiplier and writes the multiplier's state. The result is the constraint's
// term of the objective, lambda log(C/L), [1].
func (c constraint) addTo(p *engine.Program, probabilities []*graph.Node) *graph.Node {
	g := p.Graph
	cost := c.costs.Expectation(g, probabilities)
	excess := g.Unary(graph.Log, g.Div(cost, g.Input(limitFeed, graph.Float, 1)))
	integral := g.Input(multiplierState, graph.Float, 1)
	lambda := g.Unary(graph.Relu, g.Add(integral, g.Scale(excess, c.control.Proportional)))
	next := g.Unary(graph.Relu, g.Add(integral, g.Scale(excess, c.control.Integral)))
	p.Returns = append(p.Returns, engine.Binding{Name: costResult, Node: cost}, engine.Binding{Name: multiplierResult, Node: lambda})
	p.Writes = append(p.Writes, engine.Binding{Name: multiplierState, Node: next})
	return g.Mul(g.Unary(graph.StopGrad, lambda), excess)
}
