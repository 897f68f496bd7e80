package train

import (
	"fmt"
	"strconv"
	"strings"

	"fbnas/graph"
	"fbnas/models"
)

// Freeze says which part of a network keeps its values in training: nothing if it
// is empty; "backbone", everything but the classifier; a number of blocks,
// counted from the first; or the name of a block, a layer or a parameter,
// including everything below it (blocks.03, blocks.03.expand.bn).
//
// Frozen parameters have neither momentum nor gradient, and nothing is computed
// that only their gradients would need. Frozen batch norms read their running
// statistics, which stay unchanged, and nothing is dropped in frozen blocks.
type Freeze string

// Backbone freezes everything but the classifier.
const Backbone Freeze = "backbone"

// Has reports whether a layer or a parameter is frozen, by its name.
func (f Freeze) Has(name string) bool {
	if f == "" {
		return false
	}
	if f == Backbone {
		return strings.HasPrefix(name, "blocks.")
	}
	if n, err := strconv.Atoi(string(f)); err == nil {
		i := blockOf(name)
		return i >= 0 && i < n
	}
	return name == string(f) || strings.HasPrefix(name, string(f)+".")
}

// blockOf is the index of the block that a name belongs to; -1 for the
// classifier's.
func blockOf(name string) int {
	var i int
	if _, err := fmt.Sscanf(name, "blocks.%d", &i); err != nil {
		return -1
	}
	return i
}

// Left is the number of parameters that are not frozen.
func (f Freeze) Left(params []models.Param) (n int64) {
	for _, p := range params {
		if p.Trained() && !f.Has(p.Name) {
			n += int64(graph.Shape(p.Shape).Len())
		}
	}
	return n
}

// Check returns nil if part of the network, but not all of it, is frozen, or if
// nothing should be.
func (f Freeze) Check(params []models.Param) error {
	frozen, blocks := false, 0
	for _, p := range params {
		frozen = frozen || f.Has(p.Name)
		blocks = max(blocks, blockOf(p.Name)+1)
		if p.Name == string(f) && p.Role != models.Weight && p.Role != models.Bias {
			return fmt.Errorf("freeze: a batch norm is frozen as a whole: %s", strings.TrimSuffix(p.Name, "."+string(p.Role)))
		}
	}
	if n, err := strconv.Atoi(string(f)); err == nil && n > blocks {
		return fmt.Errorf("freeze: the network has %d blocks in front of the classifier, not %d", blocks, n)
	}
	switch {
	case f.Left(params) == 0:
		return fmt.Errorf("freeze: %s leaves nothing to train", f)
	case f != "" && !frozen:
		return fmt.Errorf("freeze: the network has no %s; its parameters are named as %s", f, params[0].Name)
	}
	return nil
}
