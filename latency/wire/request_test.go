package wire_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"fbnas/latency/wire"
)

func request() wire.Request {
	return wire.Request{
		Protocol: wire.Protocol, Op: wire.OpMeasure, Sentinel: strings.Repeat("0", 64),
		Options: wire.Options{MinRuns: 5, MaxRuns: 15, ModelTimeoutU: 1, HeartbeatU: 1, Threads: 1},
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
		{"path as model", func(r *wire.Request) { r.Batches[0].Models[0] = "../x" }, "no digest"},
		{"sentinel as model", func(r *wire.Request) { r.Batches[0].Models[0] = r.Sentinel }, "the sentinel's"},
		{"too many models", func(r *wire.Request) { r.Batches[0].Models = make([]string, wire.MaxBatch+1) }, "more than"},
		{"no timeout", func(r *wire.Request) { r.Options.ModelTimeoutU = 0 }, "model_timeout_us"},
		{"fewer runs than none", func(r *wire.Request) { r.Options.MinRuns = 0 }, "runs of a group"},
		{"no threads", func(r *wire.Request) { r.Options.Threads = 0 }, "0 threads"},
		{"negative time", func(r *wire.Request) { r.Options.WarmUpU = -1 }, "negative"},
		{"negative sentinel", func(r *wire.Request) { r.SentinelU = []float64{-1} }, "sentinel_us"},
	} {
		r := request()
		c.change(&r)
		var b bytes.Buffer
		if err := wire.WriteRequest(&b, r); err != nil {
			t.Fatal(err)
		}
		got, err := wire.ReadRequest(&b)
		if c.want == "" {
			if err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%s: %+v, %v", c.name, got, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzRequest(f *testing.F) {
	var b bytes.Buffer
	if err := wire.WriteRequest(&b, request()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := wire.ReadRequest(bytes.NewReader(line))
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
