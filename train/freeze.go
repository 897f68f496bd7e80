package train

import (
	"fmt"
	"strconv"
	"strings"

	"fbnas/graph"
	"fbnas/models"
)

// Freeze says which part of a network keeps its values in training: nothing
// where it is empty; "backbone", all but the classifier; a number, so many
// blocks from the first on; or the name of a block, a layer or a parameter
// with all below it (blocks.03, blocks.03.expand.bn).
//
// What is frozen has neither momentum nor gradient, nor has anything that only
// its gradient would need. Its batch norms read their running statistics,
// which stay too, and nothing is dropped of frozen blocks.
type Freeze string

// Backbone is the Freeze of all but the classifier.
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

// Left is the number of trained numbers that are not frozen.
func (f Freeze) Left(params []models.Param) (n int64) {
	for _, p := range params {
		if p.Trained() && !f.Has(p.Name) {
			n += int64(graph.Shape(p.Shape).Len())
		}
	}
	return n
}

// Check is nil where part of the network is frozen, if anything is meant to
// be, and part of it is not.
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
