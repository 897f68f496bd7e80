package devices

import (
	"context"
	"io"
	"strings"
	"time"
)

// Device is a machine on which files can be put and programs started.
type Device interface {
	// Name is the user's name for it.
	Name() string
	// Folder is the folder on the device that has the pushed files.
	Folder() string
	// Push puts a file, which may be a program, into Folder or, if the name
	// contains slashes, into folders below it. A name stands for a content (a
	// digest is part of it), so a file that exists already is not sent again.
	Push(ctx context.Context, name string, data []byte) error
	// Start starts a program, given by its path on the device, its arguments, and
	// variables (KEY=value) besides the device's own environment. The end of ctx
	// kills it.
	Start(ctx context.Context, argv, env []string) (*Process, error)
	// Identity describes the device.
	Identity(ctx context.Context) (Identity, error)
	// State is the device's present state.
	State(ctx context.Context) (State, error)
	// Close releases the device. This machine deletes what was pushed; other
	// devices keep it for the next time, until Clean.
	Close() error
}

// Process is a program that runs on a device.
type Process struct {
	// Stdin must be closed after everything is written: devices other than this
	// machine start the program only then.
	Stdin  io.WriteCloser
	Stdout io.Reader
	// Started is closed when the program has its input and runs. If it is nil,
	// that is so when Start returns.
	Started <-chan struct{}
	// Stderr returns the last part of the program's standard error.
	Stderr func() string
	// Waiting says why nothing comes from the program at present, "" if nothing
	// is wrong: for example, the connection is lost but may come back. left is
	// how long fbnas will still wait. Waiting is nil where that cannot happen.
	Waiting func() (why string, left time.Duration)
	// Kill ends the program at once; Wait must still be called.
	Kill func()
	// Wait returns when the program has ended; its error states the exit status.
	// Stdout must have been read to its end.
	Wait func() error
}

// Identity describes a device without personal data: no serial number, no user,
// no host name.
type Identity struct {
	SoC         string // processor, as the system names it
	Arch        string // as GOARCH
	Cores       int
	MaxKHz      []int // per core; nil where the system does not report it
	MemoryBytes int64
	OS          string // system and kernel version
	Unit        string // salted hash that distinguishes units of one model; "" if unknown
	Emulator    string // what emulates the processor, so that times mean nothing; "" for a real one
	Replayed    bool   // this is a recording
}

// transport opens devices of one kind, and cleans up what killed programs have
// left on them. In the user's name, what follows the kind and a colon is the
// address.
type transport struct {
	kind  string
	form  string // how a user writes it
	open  func(ctx context.Context, name, address string) (Device, error)
	clean func(ctx context.Context, name, address string) ([]string, error)
	check func(name, address string) error // of the address alone; nil: anything is valid
}

// transports are all ways to a device.
var transports = []transport{
	{"local", "local", openLocal, cleanLocal, checkLocal},
	{"adb", "adb[:SERIAL]", openADB, cleanADB, nil},
	{"ssh", "ssh://USER@HOST[:PORT]", openSSH, cleanSSH, checkSSH},
	{"qemu", "qemu", openQEMU, cleanQEMU, noAddress},
	{"replay", "replay:FILE", openReplay, cleanReplay, checkReplay},
}

// Clean removes what killed programs have left on a device, and returns the names
// of what it removed. It keeps what running programs use.
func Clean(ctx context.Context, name string) ([]string, error) {
	t, address, err := find(name)
	if err != nil {
		return nil, err
	}
	return t.clean(ctx, name, address)
}

// find returns the transport and the address in a name.
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
