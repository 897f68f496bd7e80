package latency

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"fbnas/devices"
	"fbnas/latency/wire"
)

// errorStart is the kind of a lostError before the agent's first record.
const errorStart = "start"

// lostError says that an agent was lost before its end record; the records before
// that are valid.
type lostError struct {
	err     error
	exit    error  // how the process ended
	stderr  string // the end of its standard error
	started bool   // it had sent hello
}

func (e *lostError) Error() string {
	text := fmt.Sprintf("the agent was lost: %v", e.err)
	if e.exit != nil {
		text += " (" + e.exit.Error() + ")"
	}
	if said := lastLine(e.stderr); said != "" {
		text += ": " + said
	}
	return text
}

func (e *lostError) Unwrap() []error { return []error{e.err, e.exit} }

// kindOf is the kind of a wire.Error, errorStart for an agent that did not start,
// or "".
func kindOf(err error) string {
	var told *wire.Error
	if errors.As(err, &told) {
		return told.Kind
	}
	var lost *lostError
	if errors.As(err, &lost) && !lost.started {
		return errorStart
	}
	return ""
}

// lossInterval is how often a silent device is checked for a lost connection.
const lossInterval = time.Second

var errSilent = fmt.Errorf("nothing received for %v", silence)

// run is ask without inputs.
func (h *Host) run(ctx context.Context, req wire.Request, on func(wire.Record) error) error {
	return h.ask(ctx, req, nil, on)
}

// ask starts an agent with one request and the inputs that belong to it, and
// passes its records to on, except end and error records. It returns nil after
// the end record; the agent's own *wire.Error; on's error; ctx's; the device's if
// it can no longer be reached; or a *lostError.
func (h *Host) ask(ctx context.Context, req wire.Request, inputs []byte, on func(wire.Record) error) error {
	argv, err := h.argv(ctx)
	if err != nil {
		return err
	}
	p, err := h.start(ctx, argv, []string{"GODEBUG=asyncpreemptoff=1"})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return &wire.Error{Kind: wire.ErrorDevice, Detail: err.Error()}
	}
	lost := &lostError{}
	records, stop := h.converse(p, req, inputs)
	err = h.listen(ctx, p, records, lost, on)
	stop()
	exit := p.Wait()
	if ctx.Err() != nil && !errors.Is(err, errDone) {
		return ctx.Err()
	}
	if errors.Is(err, errDone) {
		return nil
	}
	if errors.Is(err, wire.ErrCut) && devices.IsFinal(exit) {
		return exit
	}
	var corrupt *wire.CorruptError
	if errors.Is(err, wire.ErrCut) || errors.Is(err, errSilent) || errors.As(err, &corrupt) {
		lost.err, lost.stderr = err, p.Stderr()
		if errors.Is(err, wire.ErrCut) {
			lost.exit = exit // otherwise it was killed from here
		}
		if devices.IsLost(exit) {
			h.forget()
		}
		return lost
	}
	return err
}

type received struct {
	rec wire.Record
	err error
}

// converse sends the request and reads the answer concurrently. stop kills the
// agent and returns when nothing reads from it any more.
func (h *Host) converse(p *devices.Process, req wire.Request, inputs []byte) (<-chan received, func()) {
	records, done, closed := make(chan received), make(chan struct{}), make(chan struct{})
	go func() {
		// An agent that does not read its request reports that, or ends. Devices
		// other than this machine start it when its input is complete.
		if wire.WriteRequest(p.Stdin, req) == nil {
			_, _ = p.Stdin.Write(inputs)
		}
		p.Stdin.Close()
	}()
	go func() {
		defer close(closed)
		r := wire.NewReader(p.Stdout)
		for {
			rec, err := r.Next()
			select {
			case records <- received{rec, err}:
			case <-done:
				err = io.EOF
			}
			if err != nil {
				// The rest is useless, but an agent that is blocked writing would
				// not end.
				_, _ = io.Copy(io.Discard, p.Stdout)
				return
			}
		}
	}()
	return records, func() {
		close(done)
		p.Kill()
		<-closed
	}
}

// errDone means that the answer is complete.
var errDone = errors.New("end record")

// listen passes records on until the answer ends in one way or another.
func (h *Host) listen(ctx context.Context, p *devices.Process, records <-chan received, lost *lostError, on func(wire.Record) error) error {
	ticker := time.NewTicker(lossInterval)
	defer ticker.Stop()
	away, heard := devices.Outage{Log: h.log}, time.Now()
	for {
		var got received
		select {
		case got = <-records:
			heard = time.Now()
			away.See(heard, "", 0)
		case now := <-ticker.C:
			why, left := connectionTrouble(p)
			away.See(now, why, left)
			if why != "" || !started(p) {
				heard = now
			}
			if now.Sub(heard) >= silence {
				return errSilent
			}
			continue
		case <-ctx.Done():
			return ctx.Err()
		}
		if got.err != nil {
			return got.err
		}
		switch got.rec.Type {
		case wire.TypeEnd:
			return errDone
		case wire.TypeError:
			told, err := wire.Decode[wire.Error](got.rec)
			if err != nil {
				return err
			}
			return &told
		case wire.TypeHello:
			if hello, err := wire.Decode[wire.Hello](got.rec); err != nil {
				return &wire.Error{Kind: wire.ErrorProtocol, Detail: fmt.Sprintf("the agent (%s): %v", hello.Agent, err)}
			}
			lost.started = true
		}
		if !lost.started && got.rec.Type != wire.TypeHeartbeat {
			return &wire.Error{Kind: wire.ErrorProtocol, Detail: "the agent did not begin with hello but with " + got.rec.Type}
		}
		if err := on(got.rec); err != nil {
			return err
		}
	}
}

// connectionTrouble says why nothing arrives from a process at present, "" if
// nothing is wrong, and how much longer to wait.
func connectionTrouble(p *devices.Process) (why string, left time.Duration) {
	if p.Waiting == nil {
		return "", 0
	}
	return p.Waiting()
}

// started reports whether a process has all its input, which may take long to
// send.
func started(p *devices.Process) bool {
	if p.Started == nil {
		return true
	}
	select {
	case <-p.Started:
		return true
	default:
		return false
	}
}

// lastLine is the last line of text that is not empty.
func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
