package main

import (
	"time"

	"github.com/spf13/cobra"

	"fbnas/devices"
	"fbnas/job"
)

// deviceFlags are the flags of every verb that needs a device.
type deviceFlags struct {
	device string
	wait   time.Duration
	record string
}

// add adds the flags; what says what the device is for.
func (d *deviceFlags) add(cmd *cobra.Command, what string) {
	f := cmd.Flags()
	f.StringVar(&d.device, "device", "", what+": a registered `name`, local (this machine), adb[:SERIAL], ssh://USER@HOST[:PORT], qemu or replay:FILE")
	f.DurationVar(&d.wait, "wait", devices.UsualWait, "how long to wait for a device whose connection is lost (0: stop at once; the same command resumes)")
	f.StringVar(&d.record, "record", "", "a `file` that what the device says is added to; --device replay:FILE plays it back")
}

// job is the device that the flags name.
func (d *deviceFlags) job() job.Device {
	return job.Device{Name: d.device, Wait: &d.wait, Record: d.record}
}
