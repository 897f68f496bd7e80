package plan

import "slices"

// buffer is memory that holds one value after another.
type buffer struct {
	first *value // gives the buffer its size
	uses  int    // remaining, while the plan is made
	own   bool   // belongs to the run: neither to the caller nor to a constant
	begin int    // step that allocates it
	end   int    // step after which it is freed
}

// placement says which results of an operator may use the memory of an input.
type placement struct {
	view    bool  // of input 0, without a copy
	inPlace []int // inputs that may be overwritten if nothing else reads them
}

// placements are those of the CPU kernels (KernelDefBuilder's Alias and
// MayInplace, our own operators' GetMayInplace). Operators without a row, such as
// arithmetic, take new memory for their results.
var placements = map[string]placement{
	"Reshape":   {view: true},
	"Squeeze":   {view: true},
	"Unsqueeze": {view: true},
	"Flatten":   {view: true},
	"Identity":  {view: true},

	"Cast":        {inPlace: []int{0}},
	"Clip":        {inPlace: []int{0}},
	"Elu":         {inPlace: []int{0}},
	"HardSigmoid": {inPlace: []int{0}},
	"LeakyRelu":   {inPlace: []int{0}},
	"Relu":        {inPlace: []int{0}},
	"Sigmoid":     {inPlace: []int{0}},
	"Softplus":    {inPlace: []int{0}},
	"Tanh":        {inPlace: []int{0}},

	"com.microsoft.nchwc.Conv": {inPlace: []int{3}}, // the sum
	"fbnas.BatchNorm":          {inPlace: []int{3, 0}},
	"fbnas.BatchNormGrad":      {inPlace: []int{0, 1}},
	"fbnas.SeparableGrad":      {inPlace: []int{0}},
}

func (n *node) kind() string {
	if n.domain == "" {
		return n.op
	}
	return n.domain + "." + n.op
}

// planner gives values their buffers (core/framework/allocation_planner.cc,
// ComputeSingleStreamReusePlan).
type planner struct {
	of   map[*value]*buffer
	free []*buffer // in the order in which they were freed
	all  []*buffer // that belong to the run
}

// buffers are the run's own, in the order of their allocation. A value that
// nothing reads is kept to the end.
func (g *graph) buffers(order []*node) []*buffer {
	p := &planner{of: map[*value]*buffer{}}
	for _, v := range g.values {
		if v.from == nil {
			p.of[v] = &buffer{first: v, uses: 1 + len(v.to)} // 1: its owner
		}
	}
	for step, n := range order {
		for _, v := range n.out {
			if v != nil {
				p.place(n, v, step)
			}
		}
		p.release(n.in, step)
		p.release(n.out, step)
	}
	p.keepToLastReader(order)
	return p.all
}

// place finds the buffer of n's result v.
func (p *planner) place(n *node, v *value, step int) {
	uses := 1 + len(v.to)
	b := p.input(n, v)
	switch {
	case v.output:
		b = &buffer{first: v, uses: 1} // 1: the caller
	case b != nil:
	default:
		if b = p.freed(v); b == nil {
			b = &buffer{first: v, own: true, begin: step}
			p.all = append(p.all, b)
		}
	}
	b.uses += uses
	p.of[v] = b
}

// input is the buffer of an input of n that its first result may use.
func (p *planner) input(n *node, v *value) *buffer {
	where := placements[n.kind()]
	if v != n.out[0] {
		return nil
	}
	if where.view {
		return p.of[n.in[0]]
	}
	for _, i := range where.inPlace {
		if i < len(n.in) && n.in[i] != nil && p.of[n.in[i]].uses == 1 && v.fits(n.in[i]) {
			return p.of[n.in[i]]
		}
	}
	return nil
}

// freed takes, of the free buffers of v's shape, the one freed last.
func (p *planner) freed(v *value) *buffer {
	for i, b := range slices.Backward(p.free) {
		if len(v.ts.Shape) > 0 && v.fits(b.first) {
			p.free = slices.Delete(p.free, i, i+1)
			return b
		}
	}
	return nil
}

// fits: the runtime compares shapes and the width of elements, not bytes.
func (v *value) fits(other *value) bool {
	return v.ts.Type.Size() == other.ts.Type.Size() && slices.Equal(v.ts.Shape, other.ts.Shape)
}

func (p *planner) release(values []*value, step int) {
	for _, v := range values {
		if v == nil {
			continue
		}
		b := p.of[v]
		if b.uses--; b.uses == 0 {
			p.free = append(p.free, b)
		}
	}
}

// keepToLastReader: a buffer is held from its first value to the last reader
// of its last one, in between too.
func (p *planner) keepToLastReader(order []*node) {
	for _, b := range p.all {
		b.end = len(order)
	}
	for step, n := range order {
		for _, v := range n.in {
			if v != nil {
				p.of[v].end = step
			}
		}
	}
}
