package latency_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fbnas/internal/random"
	"fbnas/internal/setup"
	"fbnas/latency"
	"fbnas/onnx"
)

var buildAgent = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "fbnas-agent-test-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "fbnas-agent")
	build := exec.Command("go", "build", "-o", path, "fbnas/cmd/fbnas-agent")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return path, build.Run()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := buildAgent(); path != "" && err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// local is a meter on this machine with an agent built from this source.
func local(t testing.TB) *latency.Host {
	t.Helper()
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skipf("no ONNX Runtime here (fbnas setup fetches it, FBNAS_ORT_LIB names one): %v", err)
	}
	agent, err := buildAgent()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FBNAS_AGENT", agent)
	meter, err := latency.Open(t.Context(), "local", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { meter.Close() })
	return meter
}

// conv is a 3×3 convolution with seeded weights on an image of 3 channels.
func conv(t testing.TB, name string, channels, size int, scale float32) latency.Model {
	t.Helper()
	weights := make([]float32, channels*3*9)
	stream := random.New(1, name)
	for i := range weights {
		weights[i] = scale * float32(stream.NormFloat64())
	}
	b := onnx.NewBuilder(name, 17)
	x := b.Input("input", onnx.Float32, onnx.Dims(1, 3, size, size))
	w := b.Initializer("w", onnx.NewTensor("w", weights, channels, 3, 3, 3))
	b.Node("Conv", []string{x, w}, []string{"c"}, onnx.Ints("pads", 1, 1, 1, 1))
	b.Node("Relu", []string{"c"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(1, channels, size, size))
	return encode(t, b, name)
}

func encode(t testing.TB, b *onnx.Builder, name string) latency.Model {
	t.Helper()
	m, err := b.Model()
	if err != nil {
		t.Fatal(err)
	}
	data, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return latency.Model{Name: name, Bytes: data}
}

// TestRealAgent measures with the real agent and ONNX Runtime, and checks what
// does not depend on how busy the machine is.
func TestRealAgent(t *testing.T) {
	meter := local(t)
	checks, err := meter.Selftest(t.Context())
	if err != nil || len(checks) < 4 {
		t.Fatalf("%v, %v", checks, err)
	}
	_, condition, err := meter.Identity(t.Context(), latency.Options{})
	if err != nil || !strings.HasPrefix(condition.Runtime, "onnxruntime 1.") || len(condition.RuntimeDigest) != 64 ||
		condition.Provider != "CPUExecutionProvider" || condition.CoreSet == "" || condition.SessionOptions["intra_op_num_threads"] != "1" {
		t.Fatalf("%+v, %v", condition, err)
	}

	small, large := conv(t, "small", 8, 16, 1), conv(t, "large", 64, 64, 1)
	denormal := conv(t, "denormal", 8, 16, 1e-39)
	nan := nanModel(t)
	garbage := latency.Model{Name: "garbage", Bytes: []byte("not a model")}
	unknown := unknownOperator(t)
	wantFailures := map[string]string{
		denormal.Digest(): "bad_output", nan.Digest(): "bad_output",
		garbage.Digest(): "create", unknown.Digest(): "unsupported_op",
	}
	var rounds []latency.Round
	err = meter.Measure(t.Context(), latency.Request{
		Sentinel: conv(t, "sentinel", 16, 32, 1),
		Models:   []latency.Model{small, denormal, nan, garbage, unknown, large},
		Batches:  [][]int{{0, 1, 2, 3, 4, 5}},
		Options:  latency.Options{Rounds: 3, WarmUp: time.Millisecond, GroupTime: time.Millisecond, AllowNoisy: true},
		OnRound:  func(r latency.Round) error { rounds = append(rounds, r); return nil },
		OnFailure: func(f latency.Failure) error {
			if wantFailures[f.Digest] != f.Kind {
				t.Errorf("failure %+v, want %q", f, wantFailures[f.Digest])
			}
			delete(wantFailures, f.Digest)
			return nil
		},
	})
	if err != nil || len(wantFailures) > 0 {
		t.Fatalf("%v; failures that are missing: %v", err, wantFailures)
	}
	figures := latency.Figures(rounds)
	if len(figures) != 2 {
		t.Fatalf("figures of %d models, want 2", len(figures))
	}
	// 128 times the arithmetic: no noise hides that.
	if s, l := figures[small.Digest()], figures[large.Digest()]; !(s.Ratio < l.Ratio) || s.Runs == 0 {
		t.Errorf("small %+v, large %+v", s, l)
	}
	// A busy machine may drop groups, but none may be missing.
	groups, counted := map[string]int{}, 0
	for _, r := range rounds {
		if r.Rejected != "" {
			continue
		}
		counted++
		for _, g := range r.Groups {
			groups[g.Digest]++
		}
	}
	if counted != 3 || groups[small.Digest()] != 3 || groups[large.Digest()] != 3 || len(groups) != 2 {
		t.Errorf("%d rounds with %v groups", counted, groups)
	}
}

// TestRealAgentIsCutOff ends the first agent's answer inside a round: a second
// agent measures what is missing.
func TestRealAgentIsCutOff(t *testing.T) {
	local(t)
	dir := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nif mkdir %s/once 2>/dev/null; then %s \"$@\" | head -n 9; else exec %s \"$@\"; fi\n",
		dir, os.Getenv("FBNAS_AGENT"), os.Getenv("FBNAS_AGENT"))
	path := filepath.Join(dir, "agent")
	if err := os.WriteFile(path, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FBNAS_AGENT", path)
	meter, err := latency.Open(t.Context(), "local", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer meter.Close()
	var rounds []int
	err = meter.Measure(t.Context(), latency.Request{
		Sentinel: conv(t, "sentinel", 8, 16, 1),
		Models:   []latency.Model{conv(t, "a", 8, 8, 1), conv(t, "b", 16, 8, 1)}, Batches: [][]int{{0, 1}},
		Options: latency.Options{Rounds: 2, WarmUp: time.Millisecond, GroupTime: time.Millisecond, AllowNoisy: true, Repeats: new(0)},
		OnRound: func(r latency.Round) error { rounds = append(rounds, r.Round); return nil },
	})
	if _, cut := os.Stat(filepath.Join(dir, "once")); err != nil || cut != nil || !slices.Equal(rounds, []int{0, 1}) {
		t.Errorf("rounds %v, %v; the first agent was cut off: %v", rounds, err, cut == nil)
	}
}

func nanModel(t testing.TB) latency.Model {
	b := onnx.NewBuilder("nan", 17)
	x := b.Input("input", onnx.Float32, onnx.Dims(1, 4))
	b.Node("Sub", []string{x, x}, []string{"zero"})
	b.Node("Div", []string{"zero", "zero"}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Dims(1, 4))
	return encode(t, b, "nan")
}

func unknownOperator(t testing.TB) latency.Model {
	b := onnx.NewBuilder("unknown", 17)
	x := b.Input("input", onnx.Float32, onnx.Dims(1, 4))
	b.Import("nowhere", 1)
	b.Node("Teleport", []string{x}, []string{"y"}).In("nowhere")
	b.Output("y", onnx.Float32, onnx.Dims(1, 4))
	return encode(t, b, "unknown")
}
