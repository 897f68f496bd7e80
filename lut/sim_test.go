package lut_test

import "fbnas/profile/profiletest"

// Short names of the simulated device.
var (
	newDevice  = profiletest.NewDevice
	phone      = profiletest.Phone
	model      = profiletest.Model
	alone      = profiletest.Alone
	export     = profiletest.Export
	ir         = profiletest.IR
	head       = profiletest.Head
	identity   = profiletest.Identity
	space      = profiletest.Space
	network    = profiletest.Network
	plan       = profiletest.Plan
	options    = profiletest.Options
	blocksOnly = profiletest.BlocksOnly
	wide       = profiletest.Wide
	profiled   = profiletest.Profiled
)
