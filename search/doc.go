// Package search is DMaskingNAS: it builds the supernet's programs, steers
// their choices towards a limit with a differentiable cost, and derives the
// best architecture inside the limit exactly.
package search
