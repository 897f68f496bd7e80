package wire_test

import (
	"bufio"
	"bytes"
	"io"
	"reflect"
	"strings"
	"testing"

	"fbnas/latency/wire"
)

func request() wire.Request {
	return wire.Request{
		Protocol: wire.Protocol, Op: wire.OpMeasure, Sentinel: strings.Repeat("0", 64),
		Options: wire.Options{MinRuns: 5, MaxRuns: 15, ModelTimeoutUS: 1, HeartbeatUS: 1, Threads: 1},
		Batches: []wire.Batch{{Batch: 2, Models: []string{digest}, Rounds: []int{0, 3}}},
	}
}

func TestRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*wire.Request)
		want   string
	}{
		{"as it is", func(*wire.Request) {}, ""},
		{"only hello", func(r *wire.Request) { r.Batches, r.Sentinel = nil, "" }, ""},
		{"newer minor version", func(r *wire.Request) { r.Protocol = "1.9" }, ""},
		{"other major version", func(r *wire.Request) { r.Protocol = "2.0" }, `protocol version "2.0"`},
		{"unknown operation", func(r *wire.Request) { r.Op = "format" }, `unknown operation "format"`},
		{"no sentinel", func(r *wire.Request) { r.Sentinel = "" }, "sentinel"},
		{"path as model", func(r *wire.Request) { r.Batches[0].Models[0] = "../x" }, "not a digest"},
		{"sentinel as model", func(r *wire.Request) { r.Batches[0].Models[0] = r.Sentinel }, "the sentinel's"},
		{"too many models", func(r *wire.Request) { r.Batches[0].Models = make([]string, wire.MaxBatch+1) }, "more than"},
		{"no timeout", func(r *wire.Request) { r.Options.ModelTimeoutUS = 0 }, "model_timeout_us"},
		{"fewer runs than none", func(r *wire.Request) { r.Options.MinRuns = 0 }, "runs of a group"},
		{"no threads", func(r *wire.Request) { r.Options.Threads = 0 }, "0 threads"},
		{"negative time", func(r *wire.Request) { r.Options.WarmUpUS = -1 }, "negative"},
		{"negative sentinel", func(r *wire.Request) { r.SentinelUS = []float64{-1} }, "sentinel_us"},
	} {
		r := request()
		c.change(&r)
		var b bytes.Buffer
		if err := wire.WriteRequest(&b, r); err != nil {
			t.Fatal(err)
		}
		got, err := wire.ReadRequest(bufio.NewReader(&b))
		if c.want == "" {
			if err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// compute is a request for a model's outputs.
func compute() wire.Request {
	r := request()
	r.Op, r.Sentinel = wire.OpCompute, ""
	r.Inputs = &wire.Inputs{Bytes: 8, SHA256: digest}
	return r
}

func TestComputeRequest(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*wire.Request)
		want   string
	}{
		{"as it is", func(*wire.Request) {}, ""},
		{"open batch", func(r *wire.Request) { r.Inputs.Batch = 16 }, ""},
		{"no inputs", func(r *wire.Request) { r.Inputs = nil }, "no inputs"},
		{"too many", func(r *wire.Request) { r.Inputs.Bytes = wire.MaxInputs + 1 }, "inputs of"},
		{"none", func(r *wire.Request) { r.Inputs.Bytes = 0 }, "inputs of 0 bytes"},
		{"path", func(r *wire.Request) { r.Inputs.SHA256 = "../x" }, "not a digest"},
		{"negative batch", func(r *wire.Request) { r.Inputs.Batch = -1 }, "a batch of -1"},
		{"two models", func(r *wire.Request) { r.Batches[0].Models = []string{digest, digest} }, "needs exactly one model"},
		{"no model", func(r *wire.Request) { r.Batches[0].Models[0] = "x" }, "not a digest"},
		{"no timeout", func(r *wire.Request) { r.Options.ModelTimeoutUS = 0 }, "model_timeout_us"},
	} {
		r := compute()
		c.change(&r)
		var b bytes.Buffer
		if err := wire.WriteRequest(&b, r); err != nil {
			t.Fatal(err)
		}
		b.WriteString("the inputs")
		in := bufio.NewReader(&b)
		got, err := wire.ReadRequest(in)
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
			continue
		}
		if rest, _ := io.ReadAll(in); err != nil || !reflect.DeepEqual(got, r) || string(rest) != "the inputs" {
			t.Errorf("%s: %+v, %v, and %q is left", c.name, got, err, rest)
		}
	}
}

func TestOutputs(t *testing.T) {
	for want, out := range map[string]wire.Outputs{
		"":              {Digest: digest, First: 3, Values: make([]byte, 4*wire.MaxValues)},
		"not a digest":  {Digest: "x"},
		"5 bytes":       {Digest: digest, Values: make([]byte, 5)},
		"number -1":     {Digest: digest, First: -1},
		"from number 7": {Digest: digest, First: 7, Values: make([]byte, 4*wire.MaxValues+4)},
	} {
		var b bytes.Buffer
		if err := wire.NewWriter(&b).Send(wire.TypeOutputs, out); err != nil {
			t.Fatalf("%v: %v", want, err) // the largest one fits in a line
		}
		rec, err := wire.NewReader(&b).Next()
		if err != nil {
			t.Fatal(err)
		}
		got, err := wire.Decode[wire.Outputs](rec)
		if want == "" && (err != nil || !reflect.DeepEqual(got, out)) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%+v, %v, want %q", got, err, want)
		}
	}
}

func FuzzRequest(f *testing.F) {
	var b bytes.Buffer
	if err := wire.WriteRequest(&b, request()); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	b.Reset()
	if err := wire.WriteRequest(&b, compute()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := wire.ReadRequest(bufio.NewReader(bytes.NewReader(line)))
		if err != nil {
			return
		}
		for _, batch := range r.Batches {
			for _, m := range batch.Models {
				if strings.ContainsAny(m, "/.\\") || len(m) != 64 {
					t.Fatalf("accepted the file name %q", m)
				}
			}
		}
	})
}
