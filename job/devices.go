package job

import (
	"context"
	"sync"
	"time"

	"fbnas/devices"
	"fbnas/internal/fault"
	"fbnas/latency"
)

// DeviceList is the document of fbnas devices and fbnas devices list.
type DeviceList struct {
	Devices []DeviceState `json:"devices"`
}

// DeviceState says in a document whether a device is ready to measure on.
type DeviceState struct {
	DeviceInfo
	Address string  `json:"address"` // for --device, where the device is not registered
	Ready   bool    `json:"ready"`
	Reason  *string `json:"reason"` // why it is not ready
	Hint    *string `json:"hint"`
}

func (s *DeviceState) refuse(err error) {
	s.Ready, s.Reason, s.Hint = false, orNull(err.Error()), orNull(fault.HintOf(err))
}

// ListDevices lists this machine, the registered devices and the phones that adb
// sees, and whether each is ready to measure on.
func ListDevices(ctx context.Context) (*DeviceList, error) {
	local, err := localDevice(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := devices.Registered()
	if err != nil {
		return nil, err
	}
	list := append([]DeviceState{local}, reachAll(ctx, entries)...)
	return &DeviceList{append(list, attachedPhones(ctx, entries)...)}, ctx.Err()
}

// localDevice is the state of this machine as a device.
func localDevice(ctx context.Context) (DeviceState, error) {
	const name = "local"
	d, err := devices.Open(ctx, name)
	if err != nil {
		return DeviceState{}, err
	}
	defer d.Close()
	id, err := d.Identity(ctx)
	if err != nil {
		return DeviceState{}, err
	}
	s := DeviceState{DeviceInfo: identityOf(name, id), Address: name, Ready: true}
	meter, err := latency.Open(ctx, name, nil)
	if err == nil {
		err = meter.Close()
	}
	if err != nil {
		s.refuse(err)
	}
	return s, nil
}

// reachTimeout is how long the list waits for each registered device.
const reachTimeout = 15 * time.Second

// reachAll tries to reach all registered devices at once.
func reachAll(ctx context.Context, entries []devices.Entry) []DeviceState {
	states := make([]DeviceState, len(entries))
	var wait sync.WaitGroup
	for i, e := range entries {
		wait.Go(func() { states[i] = reach(ctx, e) })
	}
	wait.Wait()
	return states
}

func reach(ctx context.Context, e devices.Entry) DeviceState {
	s := DeviceState{DeviceInfo: DeviceInfo{Name: e.Name}, Address: e.Address, Ready: true}
	ctx, cancel := context.WithTimeoutCause(ctx, reachTimeout,
		fault.New(fault.Device, "fbnas devices check "+e.Name+" waits longer.", "it does not answer within %v", reachTimeout))
	defer cancel()
	d, err := devices.Open(ctx, e.Name)
	if err == nil {
		defer d.Close()
		var id devices.Identity
		id, err = d.Identity(ctx)
		s.DeviceInfo = identityOf(e.Name, id)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		s.refuse(err)
	}
	return s
}

// attachedPhones are the phones that adb sees and nobody has registered.
func attachedPhones(ctx context.Context, entries []devices.Entry) []DeviceState {
	phones, err := devices.Phones(ctx)
	if err != nil {
		s := DeviceState{DeviceInfo: DeviceInfo{Name: "adb"}, Address: "adb"}
		s.refuse(err)
		return []DeviceState{s}
	}
	ready, others := unregistered(phones, entries)
	return append(reachAll(ctx, ready), others...)
}

// unregistered are those of the phones that no entry means: the ready ones, to be
// looked at, and what the others wait for.
func unregistered(phones []devices.Attached, entries []devices.Entry) (ready []devices.Entry, others []DeviceState) {
	known := map[string]bool{}
	for _, e := range entries {
		known[e.Address] = true
	}
	for _, p := range phones {
		switch {
		case known[p.Name], known["adb"] && len(phones) == 1:
		case p.Ready():
			ready = append(ready, devices.Entry{Name: p.Name, Address: p.Name})
		default:
			s := DeviceState{DeviceInfo: DeviceInfo{Name: p.Name}, Address: p.Name}
			s.refuse(fault.New(fault.Device, p.Hint, "the phone is in the state: %s", p.State))
			others = append(others, s)
		}
	}
	return ready, others
}
