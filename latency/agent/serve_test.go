package agent_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"fbnas/latency/agent"
	"fbnas/latency/internal/simdevice"
	"fbnas/latency/wire"
)

var (
	sentinelName = strings.Repeat("0", 64)
	options      = wire.Options{MinRuns: 1, MaxRuns: 2, ModelTimeoutUS: 1e6, HeartbeatUS: 1e6, Threads: 1}
)

// answer serves one request line on a calm simulated device.
func answer(t *testing.T, files fstest.MapFS, request string) (records []wire.Record, served error) {
	t.Helper()
	var out bytes.Buffer
	served = agent.Serve(t.Context(), strings.NewReader(request), &out, agent.Config{
		Models: files,
		Open: func(o wire.Options) (agent.Machine, error) {
			if o.Threads > 1 {
				return nil, errors.New("one core")
			}
			return simdevice.New(simdevice.Noise{}, nil, nil), nil
		},
	})
	r := wire.NewReader(&out)
	for {
		rec, err := r.Next()
		if err != nil {
			return records, served
		}
		records = append(records, rec)
	}
}

func line(t *testing.T, req wire.Request) string {
	t.Helper()
	var b bytes.Buffer
	if err := wire.WriteRequest(&b, req); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRefusals(t *testing.T) {
	measure := wire.Request{Protocol: wire.Protocol, Op: wire.OpMeasure, Options: options,
		Sentinel: sentinelName, Batches: []wire.Batch{{Rounds: []int{0}}}}
	newer, busy := measure, measure
	newer.Protocol = "2.0"
	busy.Options.Threads = 2
	for _, c := range []struct {
		name, request string
		files         fstest.MapFS
		kind, want    string
	}{
		{"nothing", "", nil, wire.ErrorProtocol, "no complete line"},
		{"no newline", strings.TrimSpace(line(t, measure)), nil, wire.ErrorProtocol, "no complete line"},
		{"garbage", "hello\n", nil, wire.ErrorProtocol, "invalid character"},
		{"another version", line(t, newer), nil, wire.ErrorProtocol, `protocol version "2.0"`},
		{"no machine", line(t, busy), nil, wire.ErrorDevice, "one core"},
		{"no model file", line(t, measure), nil, wire.ErrorModels, sentinelName},
		{"another model under the name", line(t, measure), fstest.MapFS{sentinelName + ".onnx": {Data: []byte("x")}}, wire.ErrorModels, "does not match the digest in its name"},
	} {
		records, err := answer(t, c.files, c.request)
		var told *wire.Error
		if !errors.As(err, &told) || told.Kind != c.kind || !strings.Contains(told.Detail, c.want) {
			t.Errorf("%s: %v, want %s: %s", c.name, err, c.kind, c.want)
		}
		if len(records) == 0 || records[len(records)-1].Type != wire.TypeError {
			t.Errorf("%s: the host is not told: %v", c.name, records)
		}
	}
}

// TestInputsAreChecked: inputs that do not match the request invalidate the
// outputs.
func TestInputsAreChecked(t *testing.T) {
	model := simdevice.Model{US: 1}.Encode()
	digest := sha256.Sum256(model)
	name := hex.EncodeToString(digest[:])
	inputs := strings.Repeat("\x00", 24)
	sum := sha256.Sum256([]byte(inputs))
	whole := wire.Request{
		Protocol: wire.Protocol, Op: wire.OpCompute, Options: options, Batches: []wire.Batch{{Models: []string{name}}},
		Inputs: &wire.Inputs{Bytes: 24, SHA256: hex.EncodeToString(sum[:])},
	}
	files := fstest.MapFS{name + ".onnx": {Data: model}}
	for _, c := range []struct {
		name, inputs, want string
	}{
		{"whole", inputs, ""},
		{"more", inputs + "more", ""}, // what follows them is not read
		{"cut", inputs[:20], "the inputs end after 16 of 24 bytes"},
		{"missing", "", "the inputs end after 0 of 24 bytes"},
		{"changed", inputs[:23] + "1", "do not match their digest"},
	} {
		records, err := answer(t, files, line(t, whole)+c.inputs)
		last := records[len(records)-1].Type
		if c.want == "" {
			if err != nil || last != wire.TypeEnd || records[len(records)-2].Type != wire.TypeOutputs {
				t.Errorf("%s: %v, ends with %s", c.name, err, last)
			}
			continue
		}
		var told *wire.Error
		if !errors.As(err, &told) || !strings.Contains(told.Detail, c.want) || last != wire.TypeError {
			t.Errorf("%s: %v, ends with %s, want %q", c.name, err, last, c.want)
		}
	}
}

// TestUnknownFieldsAreIgnored: fields of newer versions do not keep the agent
// from answering.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	request := strings.Replace(line(t, wire.Request{Protocol: "1.99", Op: wire.OpMeasure, Options: options}), `{"protocol"`, `{"colour":"blue","protocol"`, 1)
	records, err := answer(t, nil, request)
	if err != nil || len(records) != 2 || records[0].Type != wire.TypeHello || records[1].Type != wire.TypeEnd {
		t.Errorf("%v, %v", records, err)
	}
}
