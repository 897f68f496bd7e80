package main

import (
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/devices/devicestest"
	"fbnas/internal/setup"
)

// TestPhoneScripts runs the command lines of testdata/phone with a fake phone
// behind the real adb; its serial number is PHONE.
func TestPhoneScripts(t *testing.T) {
	if _, err := setup.ORTLibrary(); err != nil {
		t.Skip(err)
	}
	t.Parallel()
	phone := devicestest.NewPhone(t)
	variables := phone.Variables()
	variables["PHONE"] = phone.Serial()
	deviceScripts(t, "phone", variables, map[string]scriptCommand{
		"unplugged": func(ts *testscript.TestScript, _ bool, args []string) { unplugged(ts, t, phone, args) },
		"lost": func(ts *testscript.TestScript, _ bool, args []string) {
			lost(ts, func() { phone.Unplug(t) }, func() { phone.Attach(t) }, args)
		},
		"state": func(ts *testscript.TestScript, _ bool, args []string) {
			phone.Breaks(args[0])
			phone.Attach(t)
		},
		"becomes": func(ts *testscript.TestScript, _ bool, args []string) {
			var thermal []int
			for _, word := range args[1:] {
				n, err := strconv.Atoi(word)
				ts.Check(err)
				thermal = append(thermal, n)
			}
			phone.Becomes(t, args[0], thermal...)
		},
		"setting": func(ts *testscript.TestScript, _ bool, args []string) {
			if got := phone.Setting(args[0]); got != args[1] {
				ts.Fatalf("the setting %s is %q", args[0], got)
			}
		},
		"healed": func(*testscript.TestScript, bool, []string) {
			phone.Heal()
			phone.Attach(t)
		},
	})
}

// unplugged FILE TEXT COMMAND... pulls the phone's cable when the file has the
// text, and plugs it in again; the command must succeed all the same.
func unplugged(ts *testscript.TestScript, t *testing.T, phone *devicestest.Phone, args []string) {
	_, ended, stderr := until(ts, args)
	phone.Unplug(t)
	phone.Attach(t)
	if err := <-ended; err != nil {
		ts.Fatalf("%v: %s", err, stderr.String())
	}
}
