package agent

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"time"

	"fbnas/latency/stats"
	"fbnas/latency/wire"
)

// Version is the agent's own, for the records.
const Version = "fbnas-agent 1"

// Config is what an agent is started with.
type Config struct {
	// Models holds the model files, named DIGEST.onnx.
	Models fs.FS
	// Open prepares the machine; it is the first thing called on the measuring
	// thread.
	Open func(wire.Options) (Machine, error)
	// Selftest runs the agent's own checks, also on the measuring thread; nil if
	// it has none.
	Selftest func() []wire.Check
}

// Serve reads one request from in and answers it on out. It returns an error that
// was reported to the host as a *wire.Error; any other error means that out
// cannot be written, or that ctx ended. When a run of a model does not return in
// time, Serve abandons its own measuring thread: the process must end.
func Serve(ctx context.Context, in io.Reader, out io.Writer, cfg Config) error {
	w := wire.NewWriter(out)
	request := bufio.NewReaderSize(in, wire.MaxLine)
	req, err := wire.ReadRequest(request)
	if err != nil {
		return refuse(w, &wire.Error{Kind: wire.ErrorProtocol, Detail: err.Error()})
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &server{ctx: ctx, cfg: cfg, req: req, in: request, out: w, drift: stats.NewDrift(req.SentinelUS...), stuck: make(chan string, 1)}
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		done <- s.serve()
	}()
	return s.wait(done)
}

// server answers one request.
type server struct {
	ctx     context.Context
	cfg     Config
	req     wire.Request
	in      io.Reader // what follows the request
	out     *wire.Writer
	machine Machine
	drift   *stats.Drift
	stuck   chan string // digests of models that did not return in time
}

// wait sends heartbeats until the measuring thread is done or stuck.
func (s *server) wait(done <-chan error) error {
	beat := time.NewTicker(max(us(s.req.Options.HeartbeatUS), time.Second))
	defer beat.Stop()
	for {
		select {
		case err := <-done:
			var told *wire.Error
			if errors.As(err, &told) {
				return refuse(s.out, told)
			}
			if err != nil {
				return err
			}
			return s.out.End()
		case digest := <-s.stuck:
			late := &wire.Failure{Digest: digest, Kind: wire.KindTimeout,
				Detail: fmt.Sprintf("did not return within %v", us(s.req.Options.ModelTimeoutUS))}
			if err := s.out.Send(wire.TypeFailure, late); err != nil {
				return err
			}
			return refuse(s.out, &wire.Error{Kind: wire.ErrorTimeout, Detail: digest + ": " + late.Detail})
		case <-beat.C:
			if err := s.out.Send(wire.TypeHeartbeat, wire.Heartbeat{}); err != nil {
				return err
			}
		case <-s.ctx.Done():
			return s.ctx.Err()
		}
	}
}

func refuse(w *wire.Writer, e *wire.Error) error {
	if err := w.Send(wire.TypeError, e); err != nil {
		return err
	}
	return e
}

// serve runs on the measuring thread.
func (s *server) serve() error {
	if s.req.Op == wire.OpSelftest {
		return s.selftest()
	}
	machine, err := s.cfg.Open(s.req.Options)
	if err != nil {
		return &wire.Error{Kind: wire.ErrorDevice, Detail: err.Error()}
	}
	s.machine = machine
	hello := machine.Hello()
	hello.Protocol, hello.Agent = wire.Protocol, Version
	if err := s.out.Send(wire.TypeHello, hello); err != nil {
		return err
	}
	switch s.req.Op {
	case wire.OpShares:
		return s.shares()
	case wire.OpCompute:
		return s.compute()
	}
	for _, b := range s.req.Batches {
		if err := s.batch(b); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) selftest() error {
	var checks []wire.Check
	if s.cfg.Selftest != nil {
		checks = s.cfg.Selftest()
	}
	hello := wire.Hello{Protocol: wire.Protocol, Agent: Version}
	if err := s.out.Send(wire.TypeHello, hello); err != nil {
		return err
	}
	return s.out.Send(wire.TypeSelftest, wire.Selftest{Checks: checks})
}

// guard runs f; if it takes too long, the host is told.
func (s *server) guard(digest string, f func() error) error {
	timer := time.AfterFunc(us(s.req.Options.ModelTimeoutUS), func() {
		select {
		case s.stuck <- digest:
		default:
		}
	})
	defer timer.Stop()
	return f()
}
