package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/process"
	"fbnas/internal/python"
	"fbnas/models"
	"fbnas/onnxexport"
)

func TestGeometricMean(t *testing.T) {
	// logarithms -h, 0, h: mean 0, deviation h, and 4.3027 is Student's quantile
	// at two degrees of freedom.
	const h = 0.1
	m := geometricMean([]float64{math.Exp(-h), 1, math.Exp(h)})
	want := 4.302653 * h / math.Sqrt(3)
	for _, c := range []struct{ got, want float64 }{{m.Ratio, 1}, {m.Low, math.Exp(-want)}, {m.High, math.Exp(want)}} {
		if math.Abs(c.got-c.want) > 1e-6 {
			t.Errorf("%+v, want 1 and an interval of ±%g in its logarithm", m, want)
		}
	}
}

// TestTorchComputesTheSame: PyTorch's file of a network has fbnas's weights, in
// every form that blocks have.
func TestTorchComputesTheSame(t *testing.T) {
	peer, err := findTorch(context.Background())
	if err != nil {
		t.Skip(err)
	}
	for _, name := range []string{"fbnet_96", "fbnet_c", "dmasking_f1", "fbnetv3_a0"} {
		t.Run(name, func(t *testing.T) {
			arch, err := models.LoadArch(name)
			if err != nil {
				t.Fatal(err)
			}
			arch.Input.Height, arch.Input.Width = 64, 64
			blocks, err := arch.Resolve()
			if err != nil {
				t.Fatal(err)
			}
			m, err := onnxexport.Export(onnxexport.Spec{Name: name, Blocks: blocks, Weights: onnxexport.RandomWeights(blocks, 3)})
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "model.onnx")
			if err := m.Write(path); err != nil {
				t.Fatal(err)
			}
			p, err := tools{torch: peer}.exportByTorch(context.Background(), path, blocks)
			if err != nil {
				t.Fatal(err)
			}
			if ours := len(m.Proto.Graph.Node); p.Nodes < ours {
				t.Errorf("PyTorch's file has %d nodes, fbnas's %d", p.Nodes, ours)
			}
		})
	}
}

func TestOpsets(t *testing.T) {
	checker, err := python.Find(context.Background(), "onnx.checker")
	if err != nil {
		t.Log("without ONNX's own checker:", err)
	}
	line, err := opsetsOf(context.Background(), "fbnet_96", checker)
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{13, 14, 15, 16, 17, 18, 19, 20, 21}; !slices.Equal(line.Opsets, want) {
		t.Errorf("opsets %v, want %v", line.Opsets, want)
	}
	if checker != "" && len(line.Checked) != 5 {
		t.Errorf("ONNX's checker saw opsets %v", line.Checked)
	}
}

func TestEveryNetworkIsPublished(t *testing.T) {
	t.Chdir("../..")
	counts, err := published()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range models.ArchNames() {
		if c := counts[name]; c.ConvWeights == nil && c.MFLOPs == nil {
			t.Errorf("nothing published is known of %s", name)
		}
	}
}

func TestPage(t *testing.T) {
	weights, flops, rounded, wrong := int64(1000), int64(123456789), json.Number("123.5"), json.Number("124")
	line := func(name string, p publishedCounts, ratio float64) network {
		return network{Name: name, ConvWeights: 1000, FLOPsWithPool: 123456789, Published: p, Device: "board", Runtime: "1.27.0",
			file: file{Nodes: 10, RunNodes: 12, LatencyUS: 1500}, Torch: &peerFile{file{Nodes: 11, RunNodes: 12}, ratio, 0.9, 1.1, 2e-7}}
	}
	var lines bytes.Buffer
	for _, n := range []network{
		line("exact", publishedCounts{&weights, &flops, nil}, 0.5),
		line("rounded", publishedCounts{nil, nil, &rounded}, 2),
		line("wrong", publishedCounts{nil, nil, &wrong}, 1),
	} {
		if err := json.NewEncoder(&lines).Encode(n); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "run.jsonl")
	if err := os.WriteFile(path, lines.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	md := filepath.Join(t.TempDir(), "zoo.md")
	if err := run(context.Background(), []string{"-from", path + "," + path, "-markdown", md}, os.Stdout, os.Stderr); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(md)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| exact | 1000 = | 123456789 = |", "| rounded | 1000 | 123456789 ≈ |", "(published: 124 million)",
		"| 10 (12) | 0 | 1.50 |", "| 10 (12) | 11 (12) | 0.500 (0.900 to 1.100) | 0.500 (0.900 to 1.100) |",
		"| geometric mean |  |  | 1.000 (", "to 2e-07 of the largest",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
}

func TestPageRefusesRunsThatDiffer(t *testing.T) {
	a, b := network{Name: "a"}, network{Name: "b"}
	for _, runs := range [][][]network{{{}}, {{a, b}, {a}}, {{a}, {b}}, {{a}, {{Name: "a", Torch: &peerFile{}}}}} {
		if err := page(io.Discard, runs); err == nil {
			t.Errorf("%v make a page", runs)
		}
	}
}

// TestToolsReadDocuments: what fbnas says of files becomes a line.
func TestToolsReadDocuments(t *testing.T) {
	if _, err := process.Output(context.Background(), nil, nil, "sh", "-c", "true"); err != nil {
		t.Skip(err)
	}
	program := filepath.Join(t.TempDir(), "fbnas")
	script := `#!/bin/sh
case $2 in
export) echo '{"nodes": 7, "bytes": 99}' ;;
bench) echo '{"runtime": "1.27.0", "device": {"soc": "board"}, "models": [{"latency_us": 5, "shares": [{"nodes": 3}, {"nodes": 4}]}]}' ;;
esac
`
	if err := os.WriteFile(program, []byte(script), 0o777); err != nil {
		t.Fatal(err)
	}
	n, err := tools{fbnas: program, folder: t.TempDir(), rounds: 6}.measure(context.Background(), "fbnetv2_f1")
	if err != nil {
		t.Fatal(err)
	}
	if n.file != (file{7, 99, 7, 5}) || n.Device != "board" || n.ConvWeights != 5999408 {
		t.Errorf("%+v", n)
	}
}
