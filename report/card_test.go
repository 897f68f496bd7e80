package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"fbnas/internal/golden"
	"fbnas/lut"
	"fbnas/models"
)

func fakeCard() Card {
	r := fake()
	n := r.Networks[0]
	return Card{
		Name: "demo-found", File: "model.onnx", LabelsFile: "model.labels.txt", Tool: "fbnas 0.1.0", Data: "fashion-mnist", TestData: "fashion-mnist",
		Input:   Input{1, 28, 28, []float32{0.286}, []float32{0.353}, 1, false},
		Classes: []string{"T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"},
		MACs:    n.MACs, Params: n.Params, Export: n.Export, Train: n.Train, Blocks: n.Blocks,
		Search:  &Origin{Space: "demo", Log10Architectures: 9.1, TargetUS: 1300, LimitUS: 1258, Seed: 7},
		Latency: &CardLatency{"Xeon, 2 cores", "onnxruntime 1.27.0", "demo.lut", 1251, 1234, 26, lut.Validated, 6, 2, 1300},
	}
}

func TestModelCard(t *testing.T) {
	plain := Card{
		Name: "fbnetv2_f1", File: "f1.onnx", LabelsFile: "f1.labels.txt", Licence: "CC BY 4.0",
		Input:   Input{3, 224, 224, []float32{0.485, 0.456, 0.406}, []float32{0.229, 0.224, 1}, 0, true},
		Classes: make([]string, 1000),
	}
	for i := range plain.Classes {
		plain.Classes[i] = fmt.Sprint("class ", i)
	}
	int8 := fakeCard()
	int8.Precision = "int8"
	search := *int8.Search
	search.Precision = "int8"
	int8.Search = &search
	int8.Int8 = &CardInt8{
		Activations: "uint8", WeightBits: 7, Method: "percentile", Data: "fashion-mnist", Images: 256, Float: "first, blocks.01.se",
		Saturation: "sums of 8-bit products saturate on local: 251 of 256 calibration images give other logits than exact sums, by at most 0.4",
		Compared:   256, SameClass: 251, SQNR: 27.5, FloatTop1: 0.913, Top1: 0.898, FloatLatencyUS: 1234, Int8LatencyUS: 1345,
		Device: "local", FloatBytes: 84400, Int8Bytes: 57900, Warnings: []string{"int8 is slower than float on local (+9.0 %): ship the float file there"},
	}
	for name, c := range map[string]Card{"card.md": fakeCard(), "card-plain.md": plain, "card-int8.md": int8} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := ModelCard(&out, c); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name, out.Bytes())
		})
	}
}

// Names of classes and devices come from strangers.
func TestModelCardEscapes(t *testing.T) {
	evil := "x\n## y | <script>[a](b)"
	c := fakeCard()
	c.Name, c.Data, c.TestData, c.Classes, c.Latency.Device, c.Search.Space = evil, evil, evil, []string{evil}, evil, evil
	c.Blocks = []Block{{Block: models.Block{Kind: "conv"}}}
	var out bytes.Buffer
	if err := ModelCard(&out, c); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.Contains(text, "<script>") || strings.Contains(text, "\n## y") || strings.Contains(text, "[a](b)") {
		t.Errorf("a name became markup:\n%s", text)
	}
}
