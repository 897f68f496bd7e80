package summary

// peak is the largest number of bytes alive at once: inputs from the start, a
// node's outputs from the node on, each until its last reader is done, and the
// graph's outputs to the end.
func (c *counter) peak() int64 {
	nodes := c.model.Proto.Graph.Node
	last := map[string]int{}
	for i, n := range nodes {
		for _, name := range n.GetInput() {
			last[name] = i
		}
	}
	for _, v := range c.model.Proto.Graph.Output {
		last[v.GetName()] = len(nodes)
	}
	var alive, largest int64
	begin := func(name string) int64 {
		if name == "" || c.constants[name] != nil {
			return 0
		}
		t := c.types[name]
		elements, _ := c.elements(t.Shape)
		return c.total.mul(elements, t.Type.Size())
	}
	for _, v := range c.model.Inputs() {
		alive = c.total.add(alive, begin(v.Name))
	}
	largest = alive
	for i, n := range nodes {
		for _, name := range n.GetOutput() {
			alive = c.total.add(alive, begin(name))
		}
		largest = max(largest, alive)
		ended := map[string]bool{}
		for _, name := range append(append([]string{}, n.GetInput()...), n.GetOutput()...) {
			at, read := last[name]
			if !ended[name] && (!read || at == i) {
				ended[name] = true
				alive -= begin(name)
			}
		}
	}
	return largest
}
