package devices

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"fbnas/internal/fault"
)

//go:embed supervise.sh
var superviseScript string

// supervisor is the script under which every run is started.
var supervisor = []byte(restoreFunc + superviseScript)

const (
	// orphaned is after how many seconds without a query a run counts as
	// abandoned by its owner: another program may then end it.
	orphaned = 60
	// abandoned is after how many seconds without a query its supervisor ends it.
	abandoned = 3600
	// chunk is the most output that one answer brings, in bytes.
	chunk = 1 << 20
)

// errGone says that a program and its supervisor have vanished.
var errGone = errors.New("the program and its supervisor are gone: the device was restarted, or its system ended them")

// IsFinal reports whether starting the program again is useless: the device was
// lost and did not come back in time, its storage is full, or it is a recording
// without an answer.
func IsFinal(err error) bool {
	return errors.Is(err, errLost) || errors.Is(err, errFull) || errors.Is(err, errUnrecorded)
}

// IsLost reports whether the device or the connection to it was lost, so that the
// program there is not to blame.
func IsLost(err error) bool { return errors.Is(err, errLost) || errors.Is(err, errGone) }

// detached is a program on a remote device.
type detached struct {
	r    *remote
	run  string
	argv []string
	env  []string

	kill  context.CancelFunc
	ready chan struct{} // closed when the input is complete
	began chan struct{} // closed when the program has its input
	ended chan struct{} // closed when err and stderr are final
	out   *io.PipeWriter

	mu     sync.Mutex
	in     bytes.Buffer
	closed bool
	outage outageState
	stderr string
	err    error
}

// Start prepares a program that outlives the connection. It starts when its
// standard input is closed; its output is fetched by queries, and it continues
// while the connection is lost.
func (r *remote) Start(ctx context.Context, argv, env []string) (*Process, error) {
	if len(argv) == 0 {
		return nil, fmt.Errorf("device %s: start: no program", r.name)
	}
	name := supervisorName()
	if err := r.Push(ctx, name, supervisor); err != nil {
		return nil, err
	}
	if err := r.verify(ctx); err != nil {
		return nil, err
	}
	r.mu.Lock()
	r.runs++
	run := r.owner.token + "-" + strconv.Itoa(r.runs)
	r.mu.Unlock()
	alive, kill := context.WithCancel(ctx)
	stdout, out := io.Pipe()
	d := &detached{
		r: r, run: run, argv: argv, env: env,
		kill: kill, ready: make(chan struct{}), began: make(chan struct{}), ended: make(chan struct{}), out: out,
	}
	go d.serve(alive)
	return &Process{
		Stdin: (*input)(d), Stdout: stdout, Started: d.began,
		Stderr:  func() string { d.mu.Lock(); defer d.mu.Unlock(); return d.stderr },
		Waiting: d.waitingFor,
		Kill:    kill,
		Wait:    func() error { <-d.ended; return d.err },
	}, nil
}

func supervisorName() string {
	sum := sha256.Sum256(supervisor)
	return "supervise-" + hex.EncodeToString(sum[:8]) + ".sh"
}

// input is a detached program's standard input, collected until it is closed.
type input detached

func (i *input) Write(p []byte) (int, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.closed {
		return 0, io.ErrClosedPipe
	}
	return i.in.Write(p)
}

func (i *input) Close() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.closed {
		i.closed = true
		close(i.ready)
	}
	return nil
}

func (d *detached) folder() string { return d.r.runsFolder() + "/" + d.run }

// serve follows a program from its start to its end.
func (d *detached) serve(ctx context.Context) {
	defer close(d.ended)
	defer d.kill()
	// Nobody needs to read the output of a program that was killed.
	stop := context.AfterFunc(ctx, func() { d.out.Close() })
	defer stop()
	defer d.out.Close()
	select {
	case <-d.ready:
	case <-ctx.Done():
		d.err = ctx.Err()
		return
	}
	outcome, err := "", d.launch(ctx)
	if err == nil {
		outcome, err = d.follow(ctx)
	}
	if (err != nil || outcome != "exit 0") && ctx.Err() == nil && !errors.Is(err, errLost) {
		err = cmp.Or(d.r.full(ctx), err)
	}
	d.clear(ctx)
	switch {
	case ctx.Err() != nil:
		d.err = ctx.Err()
	case err != nil:
		d.err = d.r.explain("run "+d.argv[0], err)
	default:
		if d.err = endError(outcome); errors.Is(d.err, errGone) {
			d.r.forget()
		}
	}
}

// launch copies the input and starts the supervisor. If the script has already
// run, it does nothing: its answer may have been lost.
func (d *detached) launch(ctx context.Context) error {
	folder, ended := d.folder(), endedOwners()
	steps := []func() error{
		// The lease shows others, while the input is being sent, that the run has
		// an owner.
		func() error {
			return d.do(ctx, "umask 077; mkdir -p "+quote(folder)+" && date +%s >"+quote(folder+"/lease"))
		},
		func() error {
			if d.in.Len() > chunk { // the answer takes as long as sending that
				d.set(func(w *outageState) { w.asked = time.Time{} })
			}
			return d.r.sh.put(ctx, folder+"/in", d.in.Bytes(), 0o600)
		},
		func() error { return d.do(ctx, d.script(ended)) },
	}
	for _, step := range steps {
		if err := d.insist(ctx, step); err != nil {
			return err
		}
	}
	forgetOwners(ended)
	close(d.began)
	return nil
}

func (d *detached) do(ctx context.Context, script string) error {
	_, err := d.r.sh.run(ctx, script, nil)
	var exit *exitError
	if errors.As(err, &exit) && exit.status == busy {
		return fault.New(fault.Device, "Wait until it ends, or stop it: two measurements at a time disturb each other.",
			"another fbnas measures on it")
	}
	return err
}

// follow copies the program's output until the program has ended and all output
// was read. It returns the final state as the device reports it.
func (d *detached) follow(ctx context.Context) (state string, err error) {
	wait := d.r.pace.first
	for at := 0; ; {
		var data []byte
		err := d.insist(ctx, func() error {
			head := fmt.Sprintf("runs=%s run=%s\n", quote(d.r.runsFolder()), d.run)
			out, err := d.r.sh.run(ctx, head+aliveFunc+fmt.Sprintf(followScript, at+1, chunk), nil)
			first, rest, _ := bytes.Cut(out, []byte("\n"))
			state, data = strings.TrimSpace(string(first)), rest
			return err
		})
		if err != nil {
			return "", err
		}
		at += len(data)
		if _, err := d.out.Write(data); err != nil {
			return "", err // killed
		}
		if state != "running" && len(data) == 0 {
			return state, nil
		}
		if state != "running" || len(data) >= chunk {
			continue
		}
		if err := Pause(ctx, wait); err != nil {
			return "", err
		}
		wait = min(wait*3/2, d.r.pace.most)
	}
}

// killed is the exit status of a program that SIGKILL has ended.
const killed = 128 + 9

// endError is the error of a run that has ended. Like that of a child process it
// does not name the device, because it may be stored in a table, which must not
// identify its owner.
func endError(state string) error {
	text, ok := strings.CutPrefix(state, "exit ")
	status, err := strconv.Atoi(text)
	switch {
	case state == "gone":
		return errGone
	case !ok || err != nil:
		return fmt.Errorf("the device did not report the program's state; it answered %.80q", state)
	case status == killed:
		return &exitError{status, "it was killed, most likely because the device ran out of memory"}
	case status != 0:
		return &exitError{status: status}
	}
	return nil
}

// clearScript ends a run that is still alive, prints its standard error and
// removes its folder, unless settings still have to be restored.
const clearScript = `cd "$runs" || exit 0
end "$run"
tail -c 8192 "$run/log" 2>/dev/null
tail -c 8192 "$run/err" 2>/dev/null
amend
discard "$run"
exit 0
`

// clear ends the program if it still runs. When fbnas was interrupted, it does
// not wait for a device that cannot be reached: the next run there cleans up, or
// the supervisor does.
func (d *detached) clear(ctx context.Context) {
	once := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	head := fmt.Sprintf("runs=%s run=%s\n", quote(d.r.runsFolder()), d.run)
	order := func() error {
		out, err := d.r.sh.run(ctx, head+aliveFunc+endFunc+amendFunc+clearScript, nil)
		d.mu.Lock()
		defer d.mu.Unlock()
		d.stderr = string(out)
		return err
	}
	// Its failure is not a failure of the program.
	if once {
		_ = order()
	} else {
		_ = d.r.insist(ctx, order)
	}
}
