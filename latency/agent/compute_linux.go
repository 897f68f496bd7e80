package agent

import (
	"encoding/binary"
	"fmt"
	"math"

	"fbnas/internal/ortc"
	"fbnas/latency/wire"
)

// ortComputation is a session with one input.
type ortComputation struct {
	*ortc.Session
	shape  []int64
	size   int64
	values []float32 // of the input, if it is of float32
}

// Compute opens a session of its own.
func (m *ortMachine) Compute(model []byte, batch int) (Computation, error) {
	s, err := m.rt.NewSession(model, m.opts)
	if err != nil {
		return nil, failure(wire.KindCreate, err)
	}
	c := &ortComputation{Session: s}
	if err := c.describe(batch); err != nil {
		s.Close()
		return nil, failure(wire.KindCreate, err)
	}
	return c, nil
}

// sizes are the bytes of an element, by its type.
var sizes = map[int]int64{ortc.Float: 4, ortc.Byte: 1}

func (c *ortComputation) describe(batch int) error {
	if len(c.Inputs) != 1 {
		return fmt.Errorf("it has %d inputs; only models with one input can be run on given values", len(c.Inputs))
	}
	in := c.Inputs[0]
	if c.size = sizes[in.Type]; c.size == 0 {
		return fmt.Errorf("input %s is of element type %d: only float32 and uint8 can be given", in.Name, in.Type)
	}
	c.shape = append([]int64{}, in.Shape...)
	for d, n := range c.shape {
		if n < 0 && d == 0 {
			n = int64(batch)
		}
		if n < 1 || n > wire.MaxInputs/c.size {
			return fmt.Errorf("input %s %v with a batch of %d: a run takes up to %d bytes", in.Name, in.Shape, batch, wire.MaxInputs)
		}
		c.shape[d] = n
		c.size *= n
	}
	if in.Type == ortc.Float {
		c.values = make([]float32, c.size/4)
	}
	return nil
}

func (c *ortComputation) Size() int64 { return c.size }

func (c *ortComputation) Run(input []byte) ([]float32, error) {
	var err error
	if c.values == nil {
		err = c.SetBytes(0, input, c.shape)
	} else {
		for i := range c.values {
			c.values[i] = math.Float32frombits(binary.LittleEndian.Uint32(input[4*i:]))
		}
		err = c.SetInput(0, c.values, c.shape)
	}
	if err == nil {
		err = c.Session.Run()
	}
	if err != nil {
		return nil, failure(wire.KindRun, err)
	}
	out, err := c.Outputs()
	if err != nil {
		return nil, failure(wire.KindRun, err)
	}
	if len(out) != 1 || out[0] == nil {
		return nil, &wire.Failure{Kind: wire.KindBadOutput, Detail: fmt.Sprintf("it has %d outputs, the first of which holds %d numbers; exactly one output of float32 is needed", len(out), len(out[0]))}
	}
	return out[0], nil
}
