package main

import (
	"bytes"
	"testing"
)

// TestTheCommandThatGoesOn: all that was given, quoted for a shell, but for
// --force, which would overwrite what was measured.
func TestTheCommandThatGoesOn(t *testing.T) {
	cmd, args, err := newApp(new(bytes.Buffer), new(bytes.Buffer)).root().Find([]string{"profile", "--device", "my phone", "--force", "--allow-noisy", "--rounds=5", "-o", "x.lut"})
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	const want = "fbnas profile --allow-noisy=true --device 'my phone' --output x.lut --rounds 5"
	if got := again(cmd); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
