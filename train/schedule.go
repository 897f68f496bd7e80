package train

import "math"

// Cosine is a learning rate that rises linearly over the first WarmUp of the
// steps and falls to zero along half a cosine.
type Cosine struct {
	Peak   float64
	WarmUp float64 // fraction of the steps
}

// At is the rate at a step of steps, both from 0.
func (c Cosine) At(step, steps int) float64 {
	warm := int(math.Ceil(c.WarmUp * float64(steps)))
	if step < warm {
		return c.Peak * float64(step+1) / float64(warm)
	}
	return c.Peak * (1 + math.Cos(math.Pi*float64(step-warm)/float64(max(steps-warm, 1)))) / 2
}
