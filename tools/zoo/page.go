package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

const introduction = `# The built-in networks

Made by ` + "`make zoo`" + `, which exports every network with random weights, times the
file on this machine, and does the same with PyTorch's export of the same network
where python3-torch and python3-onnx are installed. To make it from saved lines:
` + "`go run ./tools/zoo -from zoo-1.jsonl,zoo-2.jsonl -markdown docs/zoo.md`" + `.

Counts follow [these rules](background/networks.md#counting): conv weights are the weights of
convolutions and of the classifier; FLOPs with pools are multiply-accumulates and
the values that global pools read. = marks a figure that equals the published one to the
last digit, ≈ one that equals a figure published in millions; a published figure that
differs is in brackets, and unmarked figures were not published. Nodes are those
of the file; the number in brackets is what remains after ONNX Runtime has optimised
the graph. Latencies are normalised by the sentinel (one thread, batch 1).
`

const torchIntroduction = `
## Beside PyTorch's exports

torch.onnx.export of the same network, written with native Hardswish and
Hardsigmoid modules and with the same weights (tools/zoo/export.py): both files
give the same logits, to %s. Each ratio is fbnas's latency over
PyTorch's, made round by round, with its 95 %% interval; below 1, fbnas's file is
faster.
`

// page prints the runs: the first one's figures, and the ratios of all. They must
// have the same networks.
func page(w io.Writer, runs [][]network) error {
	for _, run := range runs {
		if len(run) == 0 || !slices.EqualFunc(run, runs[0], sameNetwork) {
			return errors.New("a run is empty, or not of the same networks as the first")
		}
	}
	out := bufio.NewWriter(w)
	io.WriteString(out, introduction)
	first := runs[0]
	fmt.Fprintf(out, "\nDevice: %s; %s.\n", first[0].Device, first[0].Runtime)
	row(out, "network", "conv weights", "FLOPs with pools", "params", "MACs", "nodes (run)", "bytes", "latency, ms")
	row(out, "---", "---:", "---:", "---:", "---:", "---:", "---:", "---:")
	for _, n := range first {
		row(out, n.Name, fmt.Sprint(n.ConvWeights, countMark(n.ConvWeights, n.Published.ConvWeights)), fmt.Sprint(n.FLOPsWithPool, n.sameFLOPs()),
			fmt.Sprint(n.Params), fmt.Sprint(n.MACs), n.nodes(), fmt.Sprint(n.Bytes), fmt.Sprintf("%.2f", n.LatencyUS/1e3))
	}
	if first[0].Torch != nil {
		torchTable(out, runs)
	}
	return out.Flush()
}

// sameNetwork are lines of the same network, both with PyTorch's file or both without.
func sameNetwork(a, b network) bool { return a.Name == b.Name && (a.Torch == nil) == (b.Torch == nil) }

// torchTable is the table that compares PyTorch's files with ours.
func torchTable(w io.Writer, runs [][]network) {
	largest := 0.0
	for _, n := range runs[0] {
		largest = max(largest, n.Torch.MaxDiff)
	}
	agreement := "the last bit"
	if largest > 0 {
		agreement = fmt.Sprintf("%.1g of the largest", largest)
	}
	fmt.Fprintf(w, torchIntroduction, agreement)
	heads, rules := []string{"network", "nodes (run), fbnas", "nodes (run), PyTorch"}, []string{"---", "---:", "---:"}
	for i := range runs {
		heads, rules = append(heads, fmt.Sprintf("ratio, run %d", i+1)), append(rules, "---:")
	}
	row(w, heads...)
	row(w, rules...)
	ratios := make([][]float64, len(runs))
	for i, n := range runs[0] {
		cells := []string{n.Name, n.nodes(), n.Torch.nodes()}
		for k, run := range runs {
			t := run[i].Torch
			ratios[k] = append(ratios[k], t.Ratio)
			cells = append(cells, interval(mean{t.Ratio, t.Low, t.High}))
		}
		row(w, cells...)
	}
	cells := []string{"geometric mean", "", ""}
	for _, r := range ratios {
		cells = append(cells, interval(geometricMean(r)))
	}
	row(w, cells...)
}

func row(w io.Writer, cells ...string) {
	if cells[0] == "network" {
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
}

func interval(m mean) string { return fmt.Sprintf("%.3f (%.3f to %.3f)", m.Ratio, m.Low, m.High) }

func (f file) nodes() string { return fmt.Sprintf("%d (%d)", f.Nodes, f.RunNodes) }

// countMark compares a count with the published one.
func countMark(n int64, published *int64) string {
	switch {
	case published == nil:
		return ""
	case n == *published:
		return " ="
	}
	return fmt.Sprintf(" (published: %d)", *published)
}

// sameFLOPs compares FLOPs, which are published only in millions for some
// networks.
func (n network) sameFLOPs() string {
	p := n.Published.MFLOPs
	if n.Published.FLOPsWithPool != nil || p == nil {
		return countMark(n.FLOPsWithPool, n.Published.FLOPsWithPool)
	}
	_, decimals, _ := strings.Cut(p.String(), ".")
	if fmt.Sprintf("%.*f", len(decimals), float64(n.FLOPsWithPool)/1e6) == p.String() {
		return " ≈"
	}
	return fmt.Sprintf(" (published: %v million)", *p)
}
