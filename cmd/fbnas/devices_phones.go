package main

import (
	"context"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/job"
)

// attachedPhones are the phones that adb knows of and nobody has registered.
func attachedPhones(ctx context.Context, entries []devices.Entry) []deviceState {
	phones, err := devices.Phones(ctx)
	if err != nil {
		s := deviceState{DeviceInfo: job.DeviceInfo{Name: "adb"}, Address: "adb"}
		s.refuse(err)
		return []deviceState{s}
	}
	known := map[string]bool{}
	for _, e := range entries {
		known[e.Address] = true
	}
	var ready []devices.Entry
	var others []deviceState
	for _, p := range phones {
		switch {
		case known[p.Name], known["adb"] && len(phones) == 1:
		case p.Ready():
			ready = append(ready, devices.Entry{Name: p.Name, Address: p.Name})
		default:
			s := deviceState{DeviceInfo: job.DeviceInfo{Name: p.Name}, Address: p.Name}
			s.refuse(fault.New(fault.Device, p.Hint, "the phone is in the state: %s", p.State))
			others = append(others, s)
		}
	}
	return append(reachAll(ctx, ready), others...)
}
