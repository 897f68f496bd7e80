package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/latency"
)

// deviceFlags are the flags of every verb that needs a device.
type deviceFlags struct {
	device string
	wait   time.Duration
	record string
}

// add adds them; what says what the device is for.
func (d *deviceFlags) add(cmd *cobra.Command, what string) {
	f := cmd.Flags()
	f.StringVar(&d.device, "device", "", what+": a registered `name`, local (this machine), adb[:SERIAL], ssh://USER@HOST[:PORT], qemu or replay:FILE")
	f.DurationVar(&d.wait, "wait", devices.UsualWait, "how long to wait for a device that is lost meanwhile (0: stop at once, and go on when the command is given again)")
	f.StringVar(&d.record, "record", "", "a `file` that what the device says is added to; --device replay:FILE plays it back")
}

func (d *deviceFlags) check() error {
	if d.wait < 0 {
		return fault.New(fault.Usage, "Give --wait 0 or a time such as --wait 30m.", "a wait of %v", d.wait)
	}
	return nil
}

// open opens the device.
func (d *deviceFlags) open(ctx context.Context, a *app) (*latency.Host, error) {
	if d.device == "" {
		return nil, fault.New(fault.Usage, "Give --device local to measure on this machine; fbnas devices lists what there is.",
			"no device is given")
	}
	by := devices.Opener{Wait: &d.wait, Log: a.log, Record: d.record}
	return latency.OpenBy(ctx, by, d.device, a.log)
}
