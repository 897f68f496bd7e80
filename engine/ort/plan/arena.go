package plan

// The arena's constants (core/framework/bfc_arena.h).
const (
	granule = 256       // sizes are multiples of it
	maxDead = 128 << 20 // a chunk with that much to spare is always split
)

// arena is the runtime's memory. If no free chunk is large enough, it takes from
// the system exactly what is needed, and never gives it back
// (core/framework/bfc_arena.cc with the strategy kSameAsRequested).
type arena struct {
	free []*chunk
	held int64 // from the system
}

// chunk is a part of a region, which is one allocation from the system.
type chunk struct {
	size       int64
	free       bool
	prev, next *chunk // of its region
}

// alloc takes the smallest chunk that is large enough. A chunk less than
// twice as large is not split.
func (a *arena) alloc(bytes int64) *chunk {
	if bytes == 0 {
		return nil
	}
	bytes = (bytes + granule - 1) / granule * granule
	best := -1
	for i, c := range a.free {
		if c.size >= bytes && (best < 0 || c.size < a.free[best].size) {
			best = i
		}
	}
	if best < 0 {
		a.held += bytes
		return &chunk{size: bytes}
	}
	c := a.free[best]
	a.remove(c)
	if c.size >= 2*bytes || c.size-bytes >= maxDead {
		rest := &chunk{size: c.size - bytes, prev: c, next: c.next}
		if c.next != nil {
			c.next.prev = rest
		}
		c.next, c.size = rest, bytes
		a.add(rest)
	}
	return c
}

// release frees a chunk and joins it to free neighbours.
func (a *arena) release(c *chunk) {
	if c == nil {
		return
	}
	if n := c.next; n != nil && n.free {
		a.remove(n)
		c.absorb(n)
	}
	if p := c.prev; p != nil && p.free {
		a.remove(p)
		p.absorb(c)
		c = p
	}
	a.add(c)
}

// absorb joins the chunk after c to it.
func (c *chunk) absorb(next *chunk) {
	c.size += next.size
	c.next = next.next
	if c.next != nil {
		c.next.prev = c
	}
}

func (a *arena) add(c *chunk) {
	c.free = true
	a.free = append(a.free, c)
}

func (a *arena) remove(c *chunk) {
	c.free = false
	for i := range a.free {
		if a.free[i] == c {
			a.free = append(a.free[:i], a.free[i+1:]...)
			return
		}
	}
}
