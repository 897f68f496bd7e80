package train_test

import (
	"testing"

	"fbnas/graph/lower"
	"fbnas/models"
	"fbnas/train"
)

// TestZooTrains: of every built-in network there is a weight step that writes
// each of its parameters and statistics, and ONNX can say it.
func TestZooTrains(t *testing.T) {
	for _, name := range models.ArchNames() {
		arch, err := models.LoadArch(name)
		if err != nil {
			t.Fatal(err)
		}
		blocks, err := arch.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		net, in := train.NetworkOf(blocks), arch.Input
		p := net.WeightStep(train.Shape{Batch: 16, Image: in}, train.SGD{Momentum: 0.9}, 0.1)
		written := map[string]bool{}
		var outputs []lower.Output
		for _, w := range p.Writes {
			written[w.Name] = true
			outputs = append(outputs, lower.Output{Name: "next:" + w.Name, Node: w.Node})
		}
		for _, q := range models.Params(blocks) {
			if !written[q.Name] {
				t.Errorf("%s: the step leaves %s as it is", name, q.Name)
			}
		}
		if _, err := lower.Std(outputs, lower.Options{Name: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
