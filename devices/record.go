package devices

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"sync"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// recorder is a device whose answers are written to a file, from which the
// transport replay plays them back.
type recorder struct {
	Device
	log *slog.Logger

	mu   sync.Mutex
	file *os.File
	err  error // of the first entry that could not be written
}

var _ Clocked = (*recorder)(nil)

// record returns the device with recording. It appends to an existing file if
// that is of the same device.
func record(ctx context.Context, d Device, path string, log *slog.Logger) (Device, error) {
	id, err := d.Identity(ctx)
	if err != nil {
		return nil, err
	}
	before, err := readRecording(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fault.New(fault.Usage, "Choose another file with --record, or remove this one.", "record to %s: %w", path, err)
	case !reflect.DeepEqual(before.identity, id):
		return nil, fault.New(fault.Usage, "Choose another file with --record.", "record to %s: it is of another device (%s, here %s)", path, before.identity.SoC, id.SoC)
	}
	r := &recorder{Device: d, log: log}
	undo, err := atomicfile.MakeFolder(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if r.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666); err != nil {
		undo()
		return nil, fmt.Errorf("record: %w", err)
	}
	if before == nil {
		r.write(entry{Version: recordingVersion, Identity: &id})
		err = r.err
	} else if err = r.file.Truncate(before.whole); err == nil {
		_, err = r.file.Seek(before.whole, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("record to %s: %w", path, err), r.file.Close())
	}
	return r, nil
}

// write adds an entry. After a failure it adds no more: the recording then lacks
// the rest of the measurement, which is not affected.
func (r *recorder) write(e entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return
	}
	data, err := e.pack()
	if err == nil {
		_, err = r.file.Write(data)
	}
	if r.err = err; err != nil && r.log != nil {
		r.log.Warn("the recording ends here", "error", err)
	}
}

// Close closes the device and the recording.
func (r *recorder) Close() error { return errors.Join(r.Device.Close(), r.file.Close()) }

// State queries the device.
func (r *recorder) State(ctx context.Context) (State, error) {
	s, err := r.Device.State(ctx)
	if err == nil {
		r.write(entry{State: &s})
	}
	return s, err
}

// FixedPerformance queries the device; false for one whose clocks cannot be
// fixed.
func (r *recorder) FixedPerformance(ctx context.Context) (bool, error) {
	c, ok := r.Device.(Clocked)
	if !ok {
		return false, nil
	}
	can, err := c.FixedPerformance(ctx)
	if err == nil {
		r.write(entry{Fixed: &can})
	}
	return can, err
}

// Start starts a program on the device.
func (r *recorder) Start(ctx context.Context, argv, env []string) (*Process, error) {
	p, err := r.Device.Start(ctx, argv, env)
	if err != nil {
		return nil, err
	}
	return r.listen(ctx, p, false), nil
}

// StartFixed starts a program on the device with fixed clocks.
func (r *recorder) StartFixed(ctx context.Context, argv, env []string) (*Process, error) {
	p, err := r.Device.(Clocked).StartFixed(ctx, argv, env)
	if err != nil {
		return nil, err
	}
	return r.listen(ctx, p, true), nil
}

// listen records a program's input and output. What comes after the program was
// killed does not count.
func (r *recorder) listen(ctx context.Context, p *Process, fixed bool) *Process {
	in, out := &capture{}, &capture{}
	recorded := *p
	recorded.Stdin = struct {
		io.Writer
		io.Closer
	}{io.MultiWriter(p.Stdin, in), p.Stdin}
	recorded.Stdout = io.TeeReader(&endReader{p.Stdout, out}, out)
	recorded.Kill = func() { out.stop(); p.Kill() }
	recorded.Wait = func() error {
		err := p.Wait()
		answer, whole := out.all()
		request, _ := in.all()
		spoken := run{Fixed: fixed, Request: request, Answer: answer, Stderr: p.Stderr(), Lost: ctx.Err() != nil || IsLost(err)}
		spoken.Open = !whole && !spoken.Lost
		if err != nil {
			spoken.Error = err.Error()
		}
		r.write(entry{Run: &spoken})
		return err
	}
	return &recorded
}

// capture records one stream of a program, until it is stopped.
type capture struct {
	mu      sync.Mutex
	data    bytes.Buffer
	stopped bool
	whole   bool // it ended before it was stopped
}

func (h *capture) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.stopped && h.data.Len() <= maxEntry {
		h.data.Write(p)
	}
	return len(p), nil
}

func (h *capture) stop() { h.mu.Lock(); defer h.mu.Unlock(); h.stopped = true }

func (h *capture) end() { h.mu.Lock(); defer h.mu.Unlock(); h.whole = !h.stopped }

func (h *capture) all() (data []byte, whole bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.data.Bytes(), h.whole
}

// endReader is a reader that records when it reaches the end.
type endReader struct {
	io.Reader
	of *capture
}

func (e *endReader) Read(p []byte) (int, error) {
	n, err := e.Reader.Read(p)
	if err != nil {
		e.of.end()
	}
	return n, err
}
