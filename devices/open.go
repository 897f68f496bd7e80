package devices

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"
)

// UsualWait is how long to wait for a device whose connection was lost.
const UsualWait = 10 * time.Minute

// Opener opens devices. The zero value opens them in the usual way.
type Opener struct {
	// Wait is how long to wait for a device whose connection was lost; nil:
	// UsualWait, 0: not at all.
	Wait *time.Duration
	Log  *slog.Logger // for messages about such waiting; nil: none
	// Record is a file to which what the device says is appended, for
	// replay:FILE; "": none.
	Record string
}

// patient is a device that can be lost and come back.
type patient interface {
	wait(d time.Duration, log *slog.Logger)
}

// Open reaches the device with the given name: a registered one, or a transport,
// with its address where it needs one. The caller closes it.
func (o Opener) Open(ctx context.Context, name string) (Device, error) {
	t, address, err := find(name)
	if err != nil {
		return nil, err
	}
	d, err := t.open(ctx, name, address)
	if p, ok := d.(patient); ok && err == nil {
		p.wait(*cmp.Or(o.Wait, new(UsualWait)), o.Log)
	}
	if err != nil || o.Record == "" {
		return d, err
	}
	recorded, err := record(ctx, d, o.Record, o.Log)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return recorded, nil
}

// Open reaches a device with the zero Opener.
func Open(ctx context.Context, name string) (Device, error) { return Opener{}.Open(ctx, name) }
