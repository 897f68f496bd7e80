package latency_test

import (
	"context"
	"io"
	"testing"

	"fbnas/devices"
	"fbnas/latency"
	"fbnas/latency/internal/simdevice"
)

// finalError is an error after which asking again is useless: a recording has no
// answer.
func finalError(t *testing.T) error {
	t.Helper()
	file := t.TempDir() + "/a.replay"
	live, err := devices.Opener{Record: file}.Open(t.Context(), "local")
	if err != nil {
		t.Fatal(err)
	}
	defer live.Close()
	played, err := devices.Open(t.Context(), "replay:"+file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := played.Start(t.Context(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Stdin.Close()
	_, _ = io.ReadAll(p.Stdout)
	return p.Wait()
}

// doomed is a device whose programs all end with an error.
type doomed struct {
	*simdevice.Conn
	err error
}

func (d doomed) Start(ctx context.Context, argv, env []string) (*devices.Process, error) {
	p, err := d.Conn.Start(ctx, argv, env)
	if err != nil {
		return nil, err
	}
	wait := p.Wait
	p.Wait = func() error { _ = wait(); return d.err }
	return p, nil
}

// TestFinalErrorOfTheDevice: an agent that ends because of its device is not
// started again, no model is blamed for it, and what was reported counts.
func TestFinalErrorOfTheDevice(t *testing.T) {
	conn := &simdevice.Conn{Tamper: roundKey(1, 40, nil)}
	final := finalError(t)
	if !devices.IsFinal(final) {
		t.Fatal(final)
	}
	sentinel := latency.Model{Name: "sentinel", Bytes: simdevice.Model{Name: "sentinel", US: 500}.Encode()}
	rounds, failures := 0, 0
	req := latency.Request{
		Sentinel: sentinel, Options: latency.Options{Rounds: 12},
		OnRound:   func(latency.Round) error { rounds++; return nil },
		OnFailure: func(latency.Failure) error { failures++; return nil },
	}
	for _, m := range five() {
		req.Models = append(req.Models, latency.Model{Name: m.Name, Bytes: m.Encode()})
	}
	req.Batches = req.Options.Batches(len(req.Models))
	err := latency.NewMeter(doomed{conn, final}, latency.HostConfig{}).Measure(t.Context(), req)
	if !devices.IsFinal(err) || conn.Starts() != 1 || failures > 0 || rounds == 0 || rounds == 12 {
		t.Errorf("%v after %d starts, %d failures, %d rounds", err, conn.Starts(), failures, rounds)
	}
}
