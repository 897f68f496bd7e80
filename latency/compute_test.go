package latency_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/internal/random"
	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
	"fbnas/latency/wire"
	"fbnas/onnx"
)

// numbers is float32 values in memory layout.
func numbers(v ...float32) []byte {
	var b []byte
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func simulated(m simdevice.Model) latency.Model {
	return latency.Model{Name: m.Name, Bytes: m.Encode()}
}

func TestCompute(t *testing.T) {
	// More values than fit in a record, in batches of three pairs.
	var in, want []float32
	for i := range 3 * wire.MaxValues {
		v := float32(i)/7 + 0.1
		in = append(in, v, -v)
		want = append(want, v-v, v*-v)
	}
	in[0], want[0], want[1] = 0, in[1], float32(math.Copysign(0, -1))
	conn := &simdevice.Conn{}
	meter := latency.NewMeter(conn, latency.HostConfig{})
	told := 0
	got, err := meter.Compute(t.Context(), simulated(simdevice.Model{Name: "a", US: 10}), latency.Inputs{
		Bytes: numbers(in...), Batch: 3, OnValues: func(n int) { told = n },
	}, latency.Options{})
	if err != nil || told != len(want) {
		t.Fatalf("%d values, told of %d: %v", len(got), told, err)
	}
	if !bytes.Equal(numbers(got...), numbers(want...)) {
		t.Error("the values are not to the last bit what was computed")
	}
}

// pixels is a model with an open batch, whose images are pixels in [N,H,W,C].
func pixels(t testing.TB) latency.Model {
	t.Helper()
	b := onnx.NewBuilder("pixels", 17)
	x := b.Input("x", onnx.Uint8, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(2), onnx.Fixed(2), onnx.Fixed(1)})
	b.Node("Cast", []string{x}, []string{"f"}, onnx.Int("to", int(onnx.Float32)))
	half := b.Const(onnx.Scalar("", float32(0.5)))
	b.Node("Mul", []string{"f", half}, []string{"y"})
	b.Output("y", onnx.Float32, onnx.Shape{onnx.Sym("batch"), onnx.Fixed(2), onnx.Fixed(2), onnx.Fixed(1)})
	return encode(t, b, "pixels")
}

// computes runs models with given inputs on a real device.
func computes(t *testing.T, meter *latency.Host) {
	t.Helper()
	in := make([]byte, 5*2*4)
	want := make([]float32, len(in))
	for i := range in {
		in[i] = byte(7 * i)
		want[i] = float32(in[i]) / 2
	}
	got, err := meter.Compute(t.Context(), pixels(t), latency.Inputs{Bytes: in, Batch: 2}, latency.Options{})
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("half of %v is %v, %v", in, got, err)
	}

	const size, runs = 4, 3
	image := make([]float32, runs*3*size*size)
	stream := random.New(1, "image")
	for i := range image {
		image[i] = float32(stream.NormFloat64())
	}
	m := conv(t, "filter", 5, size, 1)
	got, err = meter.Compute(t.Context(), m, latency.Inputs{Bytes: numbers(image...)}, latency.Options{})
	if err != nil || len(got) != runs*5*size*size {
		t.Fatalf("%d values, %v", len(got), err)
	}
	again, err := meter.Compute(t.Context(), m, latency.Inputs{Bytes: numbers(image...)}, latency.Options{})
	if err != nil || !slices.Equal(got, again) {
		t.Errorf("the same inputs give other values: %v", err)
	}
	for i, want := range convolved(image, 5, size) {
		if math.Abs(float64(got[i]-want)) > 1e-5 {
			t.Fatalf("value %d is %v, want %v", i, got[i], want)
		}
	}
	var f *latency.Failure
	_, err = meter.Compute(t.Context(), m, latency.Inputs{Bytes: numbers(image[1:]...)}, latency.Options{})
	if err == nil || errors.As(err, &f) || !strings.Contains(err.Error(), "a run takes 192") {
		t.Errorf("an image that is not whole: %v", err)
	}
	_, err = meter.Compute(t.Context(), pixels(t), latency.Inputs{Bytes: in}, latency.Options{})
	if !errors.As(err, &f) || f.Kind != wire.KindCreate {
		t.Errorf("an open batch without a length: %v", err)
	}
}

// convolved is what the model of conv computes for images.
func convolved(images []float32, channels, size int) []float32 {
	weights := make([]float32, channels*3*9)
	stream := random.New(1, "filter")
	for i := range weights {
		weights[i] = float32(stream.NormFloat64())
	}
	var out []float32
	for n := range len(images) / (3 * size * size) {
		for k := range channels * size * size {
			o, y, x, sum := k/(size*size), k/size%size, k%size, 0.0
			for tap := range 27 {
				c, row, column := tap/9, y+tap/3%3-1, x+tap%3-1
				if row >= 0 && row < size && column >= 0 && column < size {
					sum += float64(weights[27*o+tap]) * float64(images[((3*n+c)*size+row)*size+column])
				}
			}
			out = append(out, float32(max(sum, 0)))
		}
	}
	return out
}

func TestComputeHere(t *testing.T) { computes(t, local(t)) }

// TestComputeGivesTooMuch: endless values do not fill the memory.
func TestComputeGivesTooMuch(t *testing.T) {
	for most, want := range map[int]string{4: "", 3: "more than the 3 values"} {
		conn := &simdevice.Conn{}
		meter := latency.NewMeter(conn, latency.HostConfig{})
		got, err := meter.Compute(t.Context(), simulated(simdevice.Model{Name: "a", US: 1}), latency.Inputs{Bytes: make([]byte, 16), Values: most}, latency.Options{})
		if want == "" && (err != nil || len(got) != most) || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("at most %d: %v, %v", most, got, err)
		}
		if conn.Starts() != 1 {
			t.Errorf("at most %d: %d agents were started", most, conn.Starts())
		}
	}
}

// TestComputeFails: a model that fails is named; one that ends the agent gets a
// second chance, and so does an answer that is cut off or damaged.
func TestComputeFails(t *testing.T) {
	cut := func(start, line int, text []byte) []byte {
		if start == 1 && line == 3 {
			return nil
		}
		return text
	}
	damage := func(start, line int, text []byte) []byte {
		if start == 1 && line == 3 {
			text[len(text)/2] ^= 1
		}
		return text
	}
	for _, c := range []struct {
		name   string
		model  simdevice.Model
		tamper func(start, line int, text []byte) []byte
		bytes  int
		starts int
		kind   string // of a failure; "lost"; "" for none
		want   string
	}{
		{"whole", simdevice.Model{US: 1}, nil, 16, 1, "", ""},
		{"cut", simdevice.Model{US: 1}, cut, 16, 2, "", ""},
		{"damaged", simdevice.Model{US: 1}, damage, 16, 2, "", ""},
		{"not created", simdevice.Model{US: 1, Create: wire.KindUnsupportedOp}, nil, 16, 1, wire.KindUnsupportedOp, "not created on simulated"},
		{"does not run", simdevice.Model{US: 1, Run: wire.KindRun, RunsBefore: 1}, nil, 16, 1, wire.KindRun, "as the model says"},
		{"crashes", simdevice.Model{US: 1, Run: simdevice.Crash, RunsBefore: 1}, nil, 16, 2, "lost", "the agent was lost"},
		{"half a run", simdevice.Model{US: 1}, nil, 12, 1, "lost", "inputs of 12 bytes; a run takes 8"},
		{"nothing", simdevice.Model{US: 1}, nil, 0, 0, "lost", "inputs of 0 bytes"},
		{"too large", simdevice.Model{US: 1, Bytes: 1 << 40}, nil, 16, 1, wire.KindOOM, "the limit is"},
	} {
		c.model.Name = c.name
		conn := &simdevice.Conn{Tamper: c.tamper}
		meter := latency.NewMeter(conn, latency.HostConfig{})
		got, err := meter.Compute(t.Context(), simulated(c.model), latency.Inputs{Bytes: make([]byte, c.bytes)}, latency.Options{})
		if conn.Starts() != c.starts {
			t.Errorf("%s: %d agents were started, want %d", c.name, conn.Starts(), c.starts)
		}
		if c.kind == "" {
			if err != nil || !slices.Equal(got, []float32{0, 0, 0, 0}) {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
			continue
		}
		var f *latency.Failure
		if got != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %q", c.name, got, err, c.want)
		} else if errors.As(err, &f) != (c.kind != "lost") || f != nil && f.Kind != c.kind {
			t.Errorf("%s: the failure is %+v, want %s", c.name, f, c.kind)
		}
	}
}

// TestComputeInterrupted: an interruption is reported as one, wherever it comes.
func TestComputeInterrupted(t *testing.T) {
	for calls := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		conn := &interrupted{Conn: &simdevice.Conn{}, after: calls, cancel: cancel}
		meter := latency.NewMeter(conn, latency.HostConfig{})
		_, _, err := meter.Identity(ctx, latency.Options{})
		if err == nil {
			_, err = meter.Compute(ctx, simulated(simdevice.Model{Name: "a", US: 1}), latency.Inputs{Bytes: make([]byte, 8)}, latency.Options{})
		}
		if fault.CodeOf(err) != fault.Interrupted {
			t.Errorf("interrupted at call %d: %v", calls, err)
		}
	}
}

// interrupted is a device whose command is interrupted during a call.
type interrupted struct {
	*simdevice.Conn
	after  int
	cancel context.CancelFunc
}

func (i *interrupted) fails() bool {
	if i.after--; i.after < 0 {
		i.cancel()
	}
	return i.after < 0
}

func (i *interrupted) Identity(ctx context.Context) (devices.Identity, error) {
	if i.fails() {
		return devices.Identity{}, ctx.Err()
	}
	return i.Conn.Identity(ctx)
}

func (i *interrupted) Start(ctx context.Context, argv, env []string) (*devices.Process, error) {
	if i.fails() {
		return nil, ctx.Err()
	}
	return i.Conn.Start(ctx, argv, env)
}
