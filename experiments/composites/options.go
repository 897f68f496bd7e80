package main

import (
	"errors"
	"fmt"
	"slices"

	"fbnas/internal/fault"
)

// options are all that a data set depends on, beside the packages.
type options struct {
	Seed       uint64  `json:"seed"`
	Size       int     `json:"size"`        // of a picture, pixels
	Train      int     `json:"train"`       // pictures a class
	Test       int     `json:"test"`        // pictures a class
	Classes    int     `json:"classes"`     // those with most emoji
	Emoji      int     `json:"emoji"`       // in a class, at most: those with most vendors
	ScaleMin   float64 `json:"scale_min"`   // longer side of the object over the picture's
	ScaleMax   float64 `json:"scale_max"`   //
	Hide       float64 `json:"hide"`        // up to this share of the object is hidden
	Jitter     float64 `json:"jitter"`      // how far colours change: 0 to 1
	Rotate     int     `json:"rotate"`      // degrees to both sides
	TestVendor string  `json:"test_vendor"` // testing shows its drawings only, training none of its family
}

// quality of the JPEG files.
const quality = 92

// photoSide is the shorter side of the photographs that are cut from.
const photoSide = 800

func defaults() options {
	return options{
		Seed: 1, Size: 96, Train: 600, Test: 120, Classes: 40, Emoji: 5,
		ScaleMin: 0.2, ScaleMax: 0.7, Hide: 0.2, Jitter: 0.2, Rotate: 20, TestVendor: "twemoji",
	}
}

// validate says everything that is wrong at once.
func (o options) validate() error {
	var wrong []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	check(o.Size >= 16 && o.Size <= 224, "--size %d is not from 16 to 224", o.Size)
	check(o.Train >= 1 && o.Test >= 1, "--train %d and --test %d are not both 1 or more", o.Train, o.Test)
	check(o.Classes >= 2, "--classes %d is below 2", o.Classes)
	check(o.Emoji >= 1, "--emoji %d is below 1", o.Emoji)
	check(o.ScaleMin > 0 && o.ScaleMin <= o.ScaleMax && o.ScaleMax <= 0.7, "--scale-min %g and --scale-max %g are not in order from above 0 to 0.7", o.ScaleMin, o.ScaleMax)
	check(o.Hide >= 0 && o.Hide <= 0.9, "--hide %g is not from 0 to 0.9", o.Hide)
	check(o.Jitter >= 0 && o.Jitter <= 1, "--jitter %g is not from 0 to 1", o.Jitter)
	check(o.Rotate >= 0 && o.Rotate <= 180, "--rotate %d is not from 0 to 180", o.Rotate)
	check(slices.ContainsFunc(vendors, func(v vendor) bool { return v.name == o.TestVendor }), "--test-vendor %s is none of %v", o.TestVendor, vendorNames())
	if len(wrong) == 0 {
		return nil
	}
	return fault.New(fault.Usage, "Change the options; --help says what they mean.", "%w", errors.Join(wrong...))
}

func vendorNames() []string {
	var out []string
	for _, v := range vendors {
		out = append(out, v.name)
	}
	return out
}
