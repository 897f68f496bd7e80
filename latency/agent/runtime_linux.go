package agent

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"fbnas/internal/ortc"
	"fbnas/latency/wire"
)

// tiny is a convolution of a 4×4 image with a 3×3 kernel of ones; TestTiny
// builds it.
//
//go:embed testdata/tiny.onnx
var tiny []byte

// tinyOutput is the output of tiny for an image of the numbers 0 to 15.
var tinyOutput = []float32{45, 54, 81, 90}

// ortMachine is a Linux device with ONNX Runtime.
type ortMachine struct {
	hello    wire.Hello
	rt       *ortc.Runtime
	opts     ortc.Options
	began    time.Time
	counters *threadCounters
	memory   int64
}

// OpenMachine returns Config.Open for this device and the ONNX Runtime at
// library. It pins the calling thread before the runtime is loaded, because
// kernels may be chosen by core and threads inherit the set of cores. It turns
// the garbage collector off for good: only Collect runs it.
func OpenMachine(library string) func(wire.Options) (Machine, error) {
	return func(opts wire.Options) (Machine, error) {
		debug.SetGCPercent(-1)
		coreSet, err := pin(opts.Core, opts.Threads)
		if err != nil {
			return nil, err
		}
		session := ortc.Options{Threads: opts.Threads}
		rt, log, err := loadRuntime(library)
		if err != nil {
			return nil, err
		}
		if err := slowKernels(log); err != nil {
			return nil, err
		}
		digest, err := fileDigest(library)
		if err != nil {
			return nil, err
		}
		providers, err := rt.Providers()
		if err != nil {
			return nil, err
		}
		m := &ortMachine{rt: rt, opts: session, began: time.Now(), counters: openCounters(), memory: memoryBytes() / 2}
		m.hello = wire.Hello{
			Runtime: "onnxruntime " + rt.Version, RuntimeDigest: digest, RuntimeLog: log,
			Provider: "CPUExecutionProvider", Providers: providers,
			SessionOptions: session.Settings(), CoreSet: coreSet, Capabilities: m.counters.capabilities(),
			CallCostUS: m.callCost(),
		}
		return m, nil
	}
}

// callCost is the time, in µs, of a timed run in which the runtime has nothing to
// do: the least of several means, since every disturbance adds to it.
func (m *ortMachine) callCost() float64 {
	const means, runs = 20, 100
	least := time.Duration(math.MaxInt64)
	for range means {
		var sum time.Duration
		for range runs {
			start := m.Now()
			m.rt.Nothing()
			sum += m.Now() - start
		}
		least = min(least, sum/runs)
	}
	return micro(least)
}

// loadRuntime loads the library and runs the tiny model, which makes the runtime
// inspect the processor; log has its messages meanwhile.
func loadRuntime(library string) (rt *ortc.Runtime, log []string, err error) {
	log = captureStderr(func() {
		if rt, err = ortc.Open(library); err == nil {
			err = runTiny(rt)
		}
	})
	return rt, log, err
}

func runTiny(rt *ortc.Runtime) error {
	s, err := rt.NewSession(tiny, ortc.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	image := make([]float32, 16)
	for i := range image {
		image[i] = float32(i)
	}
	if err := s.SetInput(0, image, []int64{1, 1, 4, 4}); err != nil {
		return err
	}
	if err := s.Run(); err != nil {
		return err
	}
	out, err := s.Outputs()
	if err != nil {
		return err
	}
	for i, want := range tinyOutput {
		if out[0][i] != want {
			return fmt.Errorf("ONNX Runtime %s computes %v for the built-in model, but %v is right", rt.Version, out[0], tinyOutput)
		}
	}
	return nil
}

// slowKernels refuses a runtime that could not identify the processor: it works
// without its fast kernels, and nothing else shows it.
func slowKernels(log []string) error {
	for _, line := range log {
		if strings.Contains(line, "Failed to initialize PyTorch cpuinfo library") {
			return fmt.Errorf("ONNX Runtime could not identify this processor, so its fast kernels are off: %s", line)
		}
	}
	return nil
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func (m *ortMachine) Hello() wire.Hello      { return m.hello }
func (m *ortMachine) Now() time.Duration     { return time.Since(m.began) }
func (m *ortMachine) Counters() Counters     { return m.counters.read() }
func (m *ortMachine) ClockProbe() float64    { return clockProbe() }
func (m *ortMachine) Memory() (int64, int64) { return residentBytes(), m.memory }
func (m *ortMachine) Collect()               { runtime.GC() }
func (m *ortMachine) CPU() int               { return currentCPU() }

// Load creates a session with standard-normal inputs of the model's own
// shapes; a dimension that the model leaves open is 1.
func (m *ortMachine) Load(model []byte, seed uint64) (Session, error) {
	s, err := m.rt.NewSession(model, m.opts)
	if err != nil {
		return nil, failure(wire.KindCreate, err)
	}
	if err := feed(s, seed); err != nil {
		s.Close()
		return nil, failure(wire.KindCreate, err)
	}
	return &ortSession{s}, nil
}

// causes recognises, by ONNX Runtime's messages, failures with a kind of their
// own; others get the kind of the call.
var causes = []struct{ text, kind string }{
	{"Could not find an implementation for", wire.KindUnsupportedOp},
	{"is not a registered function/op", wire.KindUnsupportedOp},
	{"No Op registered for", wire.KindUnsupportedOp},
	{"bad_alloc", wire.KindOOM},
	{"Failed to allocate memory", wire.KindOOM},
	{errTooLarge.Error(), wire.KindOOM},
}

// failure gives err the kind of its cause, or else kind.
func failure(kind string, err error) error {
	for _, c := range causes {
		if strings.Contains(err.Error(), c.text) {
			kind = c.kind
			break
		}
	}
	detail := err.Error()
	if limit := 1000; len(detail) > limit {
		detail = strings.ToValidUTF8(detail[:limit], "") + "…"
	}
	return &wire.Failure{Kind: kind, Detail: detail}
}

var errTooLarge = errors.New("an input of more than 2^28 values")
