package plan

import "fbnas/onnx"

// Plan is how the runtime will run one model.
type Plan struct {
	order     []*node
	buffers   []*buffer
	constants int64
	outside   int64
}

// Options of a session that decide how it runs a model.
type Options struct {
	Extended bool // optimisation level 2; else 1
}

// Of makes the plan of a model that package lower has written. Every shape in it
// has to be fixed, and known to onnx.InferShapes.
func Of(m *onnx.Model, o Options) (*Plan, error) {
	g, err := load(m)
	if err != nil {
		return nil, err
	}
	g.rewrite(o)
	p := &Plan{order: g.order()}
	p.buffers = g.buffers(p.order)
	for _, v := range g.values {
		if v.constant && len(v.to) > 0 {
			p.constants += v.bytes
		}
	}
	for _, v := range append(g.inputs, g.outputs...) {
		p.outside += v.bytes
	}
	return p, nil
}

// Order lists the names of the nodes in the order of their execution.
func (p *Plan) Order() []string {
	names := make([]string, len(p.order))
	for i, n := range p.order {
		names[i] = n.name
	}
	return names
}

// Usage is memory in bytes.
type Usage struct {
	// Arena is what the runtime allocates for the values between nodes and keeps:
	// the largest amount alive at once, and the unused gaps.
	Arena int64
	// Live is the largest amount alive at once, at node At of the model.
	Live int64
	At   string
	// Constants are the model's, Outside are its inputs and outputs.
	Constants, Outside int64
}

// Peak is the memory of models that run in turns in one arena: the largest Live,
// the sum of Constants, and Outside.
func Peak(plans ...*Plan) Usage {
	var u Usage
	a := &arena{}
	for _, p := range plans {
		u.Constants += p.constants
		u.Outside += p.outside
	}
	for before := int64(-1); a.held > before; { // until a round allocates nothing new
		before = a.held
		for _, p := range plans {
			p.run(a, &u)
		}
	}
	u.Arena = a.held
	return u
}

// run allocates and frees the buffers of one run.
func (p *Plan) run(a *arena, u *Usage) {
	ends := make([][]*buffer, len(p.order)+1)
	for _, b := range p.buffers {
		ends[b.end] = append(ends[b.end], b)
	}
	chunks := map[*buffer]*chunk{}
	live, next := int64(0), 0
	for step := range ends {
		for ; next < len(p.buffers) && p.buffers[next].begin == step; next++ {
			b := p.buffers[next]
			chunks[b] = a.alloc(b.first.bytes)
			live += b.first.bytes
		}
		if live > u.Live {
			u.Live, u.At = live, p.order[step].name
		}
		for _, b := range ends[step] {
			a.release(chunks[b])
			live -= b.first.bytes
		}
	}
}
