package devices

import (
	"context"
	"io"
	"strings"
	"time"
)

// Device is a machine that files can be put on and programs started on.
type Device interface {
	// Name is what the user called it.
	Name() string
	// Folder is where pushed files lie, on the device.
	Folder() string
	// Push puts a file that may be executed into Folder, or, where the name has
	// slashes in it, into folders below. Names stand for contents (a digest is
	// part of them), so a file that is there already is left alone.
	Push(ctx context.Context, name string, data []byte) error
	// Start starts a program, given by its path on the device, its arguments,
	// and variables (KEY=value) beside the device's own environment. The end
	// of ctx kills it.
	Start(ctx context.Context, argv, env []string) (*Process, error)
	// Identity says what the device is.
	Identity(ctx context.Context) (Identity, error)
	// State says how the device is at the moment.
	State(ctx context.Context) (State, error)
	// Close lets the device go. This machine keeps nothing of what was pushed;
	// others keep it for the next time, until Clean.
	Close() error
}

// Process is a program that runs on a device.
type Process struct {
	// Stdin must be closed once all is written: devices other than this machine
	// start the program only then.
	Stdin  io.WriteCloser
	Stdout io.Reader
	// Started is closed when the program has its input and runs. Nil: it does so
	// when Start returns.
	Started <-chan struct{}
	// Stderr returns the last part of what the program wrote there.
	Stderr func() string
	// Waiting says why nothing comes from the program for now, "" when nothing
	// is wrong: the connection is lost, say, and may come back. left is until
	// the device is given up. Nil where that cannot happen.
	Waiting func() (why string, left time.Duration)
	// Kill ends the program at once; Wait still has to be called.
	Kill func()
	// Wait returns when the program has ended, its error naming the exit
	// status. Stdout must have been read to its end.
	Wait func() error
}

// Identity says what a device is, without personal data: no serial number, no
// user, no host name.
type Identity struct {
	SoC         string // processor as the system names it
	Arch        string // as GOARCH
	Cores       int
	MaxKHz      []int // per core; nil where the system does not tell
	MemoryBytes int64
	OS          string // system and kernel version
	Unit        string // salted hash, tells units of one model apart; "" unknown
	Emulator    string // what stands in for the processor, so that times mean nothing; "" nothing
	Replayed    bool   // what it says was recorded before
}

// transport opens devices of one kind, and removes what killed programs have
// left on them. The part of the user's name after the kind and a colon is the
// address.
type transport struct {
	kind  string
	form  string // how a user writes it
	open  func(ctx context.Context, name, address string) (Device, error)
	clean func(ctx context.Context, name, address string) ([]string, error)
	check func(name, address string) error // of the address alone; nil: anything goes
}

// transports are all ways to a device.
var transports = []transport{
	{"local", "local", openLocal, cleanLocal, checkLocal},
	{"adb", "adb[:SERIAL]", openADB, cleanADB, nil},
	{"ssh", "ssh://USER@HOST[:PORT]", openSSH, cleanSSH, checkSSH},
	{"qemu", "qemu", openQEMU, cleanQEMU, noAddress},
	{"replay", "replay:FILE", openReplay, cleanReplay, checkReplay},
}

// Clean removes what killed programs have left on a device, and returns the
// names of what it removed. What running programs use stays.
func Clean(ctx context.Context, name string) ([]string, error) {
	t, address, err := find(name)
	if err != nil {
		return nil, err
	}
	return t.clean(ctx, name, address)
}

// find returns the transport that a name asks for, and the address in it.
func find(name string) (transport, string, error) {
	e, err := Lookup(name)
	if err != nil {
		return transport{}, "", err
	}
	kind, address, _ := strings.Cut(e.Address, ":")
	t, _ := transportOf(kind)
	return t, address, nil
}

func transportOf(kind string) (transport, bool) {
	for _, t := range transports {
		if t.kind == kind {
			return t, true
		}
	}
	return transport{}, false
}

// possible lists what Open can open.
func possible() string {
	var forms []string
	for _, t := range transports {
		forms = append(forms, t.form)
	}
	return strings.Join(forms, ", ")
}
