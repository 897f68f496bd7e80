package latency_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
	"fbnas/latency/wire"
)

// interference changes the lines of an agent's answer, as simdevice.Conn.Tamper.
type interference func(start, line int, text []byte) []byte

// roundKey changes one line of one start; a nil change cuts the connection there.
func roundKey(start, line int, change func([]byte) []byte) interference {
	return func(s, l int, text []byte) []byte {
		switch {
		case s != start || l != line:
			return text
		case change == nil:
			return nil
		}
		return change(text)
	}
}

// transportFaults has a row for everything that can happen to an answer.
var transportFaults = []struct {
	name   string
	tamper interference
	starts int
}{
	{"none", nil, 1},
	{"cut before hello", roundKey(1, 1, nil), 2},
	{"cut while sessions are created", roundKey(1, 3, nil), 2},
	{"cut inside a round", roundKey(1, 12, nil), 2},
	{"cut twice in different places", func(s, l int, text []byte) []byte {
		return roundKey(1, 30, nil)(s, l, roundKey(2, 25, nil)(s, l, text))
	}, 3},
	{"cut before the end record", func(_, _ int, text []byte) []byte {
		if bytes.Contains(text, []byte(`"type":"end"`)) {
			return nil
		}
		return text
	}, 1},
	{"cut inside a line", func(s, l int, text []byte) []byte {
		if s == 1 && l > 15 {
			return nil
		}
		return roundKey(1, 15, func(text []byte) []byte { return text[:len(text)/2] })(s, l, text)
	}, 2},
	{"garbage line", roundKey(1, 20, func(text []byte) []byte { return append([]byte("oops\n"), text...) }), 2},
	{"changed figure", roundKey(1, 6, func(text []byte) []byte {
		return bytes.Replace(text, []byte(`"median_us":5`), []byte(`"median_us":6`), 1)
	}), 2},
	{"line lost", roundKey(1, 14, func([]byte) []byte { return []byte{} }), 2},
}

// modelFaults has a row for everything that a model, the third of five, can do to
// the agent.
var modelFaults = []struct {
	name   string
	model  simdevice.Model
	starts int
	kind   string
}{
	{"create fails", simdevice.Model{Create: wire.KindCreate}, 1, "create"},
	{"unsupported operator", simdevice.Model{Create: wire.KindUnsupportedOp}, 1, "unsupported_op"},
	{"run fails at once", simdevice.Model{Run: wire.KindRun}, 1, "run"},
	{"run fails in a round", simdevice.Model{Run: wire.KindRun, RunsBefore: 10}, 1, "run"},
	{"bad output", simdevice.Model{Output: wire.KindBadOutput}, 1, "bad_output"},
	{"too much memory", simdevice.Model{Bytes: 2 << 30}, 1, "oom"},
	{"crash at creation", simdevice.Model{Create: simdevice.Crash}, 3, "crash"},
	{"crash in a round", simdevice.Model{Run: simdevice.Crash, RunsBefore: 10}, 3, "crash"},
	{"hang at creation", simdevice.Model{Create: simdevice.Hang}, 3, "timeout"},
	{"hang in a round", simdevice.Model{Run: simdevice.Hang, RunsBefore: 10}, 3, "timeout"},
}

// survive measures and checks that every round is there once, that every working
// model has its groups, and that the agent was started as often as expected.
func survive(t *testing.T, conn *simdevice.Conn, specs []simdevice.Model, starts int, failures map[string]string) {
	t.Helper()
	opts := latency.Options{Rounds: 3, ModelTimeout: patience(t)}
	got, err := simulate(t.Context(), conn, opts, specs, nil)
	if err != nil {
		t.Fatal(err)
	}
	got.check(t, t.Name(), 3, specs, failures)
	if conn.Starts() != starts {
		t.Errorf("%d agents were started, want %d", conn.Starts(), starts)
	}
	if want := len(specs) + 1; conn.Pushes() != want {
		t.Errorf("%d files were pushed, want %d", conn.Pushes(), want)
	}
}

// patience is long enough for a model that does not hang, at this machine's
// present speed.
func patience(t *testing.T) time.Duration {
	t.Helper()
	began := time.Now()
	if _, err := simulate(t.Context(), &simdevice.Conn{}, latency.Options{Rounds: 3}, five(), nil); err != nil {
		t.Fatal(err)
	}
	return max(200*time.Millisecond, 20*time.Since(began))
}

func TestTransportFaults(t *testing.T) {
	for _, c := range transportFaults {
		t.Run(c.name, func(t *testing.T) {
			survive(t, &simdevice.Conn{Tamper: c.tamper}, five(), c.starts, map[string]string{})
		})
	}
}

func TestModelFaults(t *testing.T) {
	for _, c := range modelFaults {
		t.Run(c.name, func(t *testing.T) {
			specs := five()
			c.model.Name, c.model.US = specs[2].Name, specs[2].US
			specs[2] = c.model
			survive(t, &simdevice.Conn{}, specs, c.starts, map[string]string{"m3": c.kind})
		})
	}
}

func TestTwoModelsCrash(t *testing.T) {
	specs := five()
	specs[2].Create, specs[4].Run = simdevice.Crash, simdevice.Crash
	survive(t, &simdevice.Conn{}, specs, 5, map[string]string{"m3": "crash", "m5": "crash"})
}

// TestGivesUp has a row for every fault that a new start does not cure.
func TestGivesUp(t *testing.T) {
	every := func(line int, change func([]byte) []byte) interference {
		return func(start, l int, text []byte) []byte { return roundKey(start, line, change)(start, l, text) }
	}
	for _, c := range []struct {
		name   string
		tamper interference
		starts int
		code   fault.Code
		want   string
	}{
		{"always cut at the start", every(1, nil), 2, fault.Device, "the agent was lost"},
		{"always garbage", every(2, func([]byte) []byte { return []byte("oops\n") }), 2, fault.Failure, "line 2 of the answer"},
		{"other protocol", every(1, func([]byte) []byte { return other(wire.Hello{Protocol: "2.0", Agent: "new"}) }), 1, fault.Device, `protocol version "2.0"`},
		{"no hello", every(1, func([]byte) []byte { return line(wire.TypeBegin, wire.Begin{}) }), 1, fault.Device, "did not begin with hello"},
	} {
		conn := &simdevice.Conn{Tamper: c.tamper}
		_, err := simulate(t.Context(), conn, latency.Options{Rounds: 2}, five(), nil)
		if err == nil || fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "simulated") {
			t.Errorf("%s: %v (%s), want %q (%s)", c.name, err, fault.CodeOf(err), c.want, c.code)
		}
		if conn.Starts() != c.starts {
			t.Errorf("%s: %d agents were started, want %d", c.name, conn.Starts(), c.starts)
		}
	}
}

func other(h wire.Hello) []byte { return line(wire.TypeHello, h) }

// line is the first line of a stream.
func line(kind string, body any) []byte {
	var b bytes.Buffer
	if err := wire.NewWriter(&b).Send(kind, body); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestFailingSentinelEndsTheMeasurement(t *testing.T) {
	for kind, want := range map[string]string{wire.KindBadOutput: "bad_output", simdevice.Crash: "the sentinel cannot be measured"} {
		sentinel := simdevice.Model{Name: "sentinel", US: 500}
		if kind == simdevice.Crash {
			sentinel.Create = kind
		} else {
			sentinel.Output = kind
		}
		meter := latency.NewMeter(&simdevice.Conn{}, latency.HostConfig{})
		err := meter.Measure(t.Context(), latency.Request{
			Sentinel: latency.Model{Bytes: sentinel.Encode()},
			Models:   []latency.Model{{Bytes: simdevice.Model{Name: "a", US: 1}.Encode()}}, Batches: [][]int{{0}},
		})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", kind, err, want)
		}
	}
}

func TestCancelKeepsReportedRounds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	got, err := simulate(ctx, &simdevice.Conn{}, latency.Options{Rounds: 100}, five(), func(r latency.Round) error {
		if r.Round == 2 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) || fault.ExitCode(err) != 130 {
		t.Errorf("%v, exit code %d", err, fault.ExitCode(err))
	}
	if len(got.rounds) < 3 || len(got.rounds) > 10 {
		t.Errorf("%d rounds were reported", len(got.rounds))
	}
}

func TestErrorOfACallbackEndsTheMeasurement(t *testing.T) {
	full := errors.New("disk full")
	_, err := simulate(t.Context(), &simdevice.Conn{}, latency.Options{Rounds: 4}, five(), func(latency.Round) error { return full })
	if !errors.Is(err, full) {
		t.Errorf("%v, want %v", err, full)
	}
}

func TestDoneRoundsAreNotMeasured(t *testing.T) {
	sentinel := latency.Model{Bytes: simdevice.Model{Name: "sentinel", US: 500}.Encode()}
	same := latency.Model{Bytes: simdevice.Model{Name: "a", US: 100}.Encode()}
	conn := &simdevice.Conn{}
	var rounds []int
	err := latency.NewMeter(conn, latency.HostConfig{}).Measure(t.Context(), latency.Request{
		Sentinel: sentinel, Models: []latency.Model{same, same, sentinel}, Batches: [][]int{{0, 1, 2}, {0}},
		Options: latency.Options{Rounds: 5},
		Done:    func(batch, round int) bool { return batch == 1 || round%2 == 0 },
		OnRound: func(r latency.Round) error {
			rounds = append(rounds, r.Round)
			var digests []string
			for _, g := range r.Groups {
				digests = append(digests, g.Digest)
			}
			// A model that occurs twice is timed once, and one that equals the
			// sentinel gets the sentinel's time.
			if !slices.Equal(digests, []string{same.Digest(), sentinel.Digest()}) {
				t.Errorf("round %d has groups of %v", r.Round, digests)
			}
			return nil
		},
	})
	if err != nil || !slices.Equal(rounds, []int{1, 3}) || conn.Starts() != 1 {
		t.Errorf("rounds %v in %d starts, %v", rounds, conn.Starts(), err)
	}
}

func TestIdentityAndSelftest(t *testing.T) {
	meter := latency.NewMeter(&simdevice.Conn{}, latency.HostConfig{})
	device, condition, err := meter.Identity(t.Context(), latency.Options{Threads: 2, Precision: latency.Int8})
	if err != nil || device.Model.SoC != "simulated" || condition.Runtime != "simulated 1" || condition.Threads != 2 || condition.CoreSet != "0" || condition.Precision != latency.Int8 {
		t.Errorf("%+v, %+v, %v", device, condition, err)
	}
	if _, _, err := meter.Identity(t.Context(), latency.Options{Threads: -1, Rounds: -1}); fault.ExitCode(err) != 2 || !strings.Contains(err.Error(), "-1 rounds") || !strings.Contains(err.Error(), "-1 threads: 1 to 1024") ||
		fault.HintOf(err) != "Give --rounds 1 or more. Give --threads 1, or up to the number of cores that the device has." {
		t.Errorf("bad options: %v", err)
	}
	if checks, err := meter.Selftest(t.Context()); err != nil || len(checks) != 1 {
		t.Errorf("%v, %v", checks, err)
	}
}

func TestBatches(t *testing.T) {
	for _, c := range []struct{ models, sessions, batches, most int }{
		{0, 64, 0, 0}, {1, 64, 1, 1}, {63, 64, 1, 63}, {64, 64, 2, 32}, {800, 64, 13, 62}, {3, 2, 3, 1},
	} {
		got := latency.Options{BatchModels: c.sessions}.Batches(c.models)
		var all []int
		most := 0
		for _, b := range got {
			all = append(all, b...)
			most = max(most, len(b))
		}
		if len(got) != c.batches || most != c.most || len(all) != c.models || !slices.IsSorted(all) {
			t.Errorf("%d models in batches of %d sessions: %v", c.models, c.sessions, got)
		}
	}
}

// TestMoreThreadsThanCores is said once, with the number of cores.
func TestMoreThreadsThanCores(t *testing.T) {
	for threads, want := range map[int]int{1: 0, 1024: 1} {
		var log bytes.Buffer
		meter := latency.NewMeter(&simdevice.Conn{}, latency.HostConfig{Log: slog.New(slog.NewTextHandler(&log, nil))})
		for range 2 {
			if _, _, err := meter.Identity(t.Context(), latency.Options{Threads: threads}); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Count(log.String(), "1024 threads are more than the device's 1 cores"); got != want {
			t.Errorf("%d threads: %q", threads, log.String())
		}
	}
}
