package profile_test

import (
	"testing"

	"fbnas/profile"
	"fbnas/profile/profiletest"
)

// Short names of the simulated device.
type device = profiletest.Device

const trueBase = profiletest.Base

var (
	newDevice  = profiletest.NewDevice
	phone      = profiletest.Phone
	model      = profiletest.Model
	alone      = profiletest.Alone
	inside     = profiletest.Inside
	export     = profiletest.Export
	ir         = profiletest.IR
	head       = profiletest.Head
	identity   = profiletest.Identity
	space      = profiletest.Space
	sample     = profiletest.Sample
	network    = profiletest.Network
	networks   = profiletest.Networks
	plan       = profiletest.Plan
	options    = profiletest.Options
	blocksOnly = profiletest.BlocksOnly
	wide       = profiletest.Wide
	profiled   = profiletest.Profiled
)

func mustProfile(t *testing.T, d *device, path string) profile.Report {
	t.Helper()
	rep, err := profile.Run(t.Context(), d, plan(), path, options())
	if err != nil {
		t.Fatal(err)
	}
	return rep
}
