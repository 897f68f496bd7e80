package devices

import (
	"context"
	"time"
)

// UsualWait is for how long a device is waited for that was lost while a
// program runs there.
const UsualWait = 10 * time.Minute

// Opener opens devices. The zero value opens them in the usual way.
type Opener struct {
	// Wait is for how long a device is waited for that was lost while a program
	// runs there: 0 means UsualWait, below 0 not at all.
	Wait time.Duration
}

// patient is a device that can be lost and come back.
type patient interface{ wait(time.Duration) }

// Open reaches the device of the given name: one that is registered, or a
// transport, with its address where it needs one. The caller closes it.
func (o Opener) Open(ctx context.Context, name string) (Device, error) {
	t, address, err := find(name)
	if err != nil {
		return nil, err
	}
	d, err := t.open(ctx, name, address)
	if p, ok := d.(patient); ok && err == nil && o.Wait != 0 {
		p.wait(max(0, o.Wait))
	}
	return d, err
}

// Open reaches a device in the usual way.
func Open(ctx context.Context, name string) (Device, error) { return Opener{}.Open(ctx, name) }
