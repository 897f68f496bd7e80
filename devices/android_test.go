package devices

import (
	"io"
	"slices"
	"strings"
	"testing"

	"fbnas/devices/devicestest"
	"fbnas/devices/internal/fakeadbd"
	"fbnas/internal/fault"
	"fbnas/latency/measured"
)

// openAndroid reaches a fake phone with Android's commands.
func openAndroid(t *testing.T, a fakeadbd.Android) (*devicestest.Phone, Device) {
	t.Helper()
	p := devicestest.StartPhone(t)
	if err := p.Become(a); err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), "adb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return p, d
}

// endings are ways in which a program ends.
var endings = []struct {
	script string
	fails  bool
}{
	{"", false},
	{"; exit 3", true},
	{"; kill -9 $$", true},
	{"; kill -9 0", true}, // with its supervisor, as when the phone restarts
}

func TestAndroidSettings(t *testing.T) {
	p, d := openAndroid(t, fakeadbd.Android{Awake: 3})
	for _, c := range endings {
		run, err := d.Start(t.Context(), []string{"sh", "-c", "cat " + p.Folder + "/awake" + c.script}, nil)
		if err != nil {
			t.Fatal(err)
		}
		run.Stdin.Close()
		out, _ := io.ReadAll(run.Stdout)
		if err := run.Wait(); (err != nil) != c.fails {
			t.Errorf("%q: %v", c.script, err)
		}
		if string(out) != "15\n" || p.Setting("awake") != "3" {
			t.Errorf("%q: the setting was %q while it ran, and is %q after it", c.script, out, p.Setting("awake"))
		}
	}
}

// TestFixedPerformance: the mode is queried before it is used, and never left on.
func TestFixedPerformance(t *testing.T) {
	for _, c := range []struct {
		name  string
		phone fakeadbd.Fixed
		has   bool
	}{
		{"no command", fakeadbd.FixedNoCommand, false},
		{"before Android 11", fakeadbd.FixedOld, false},
		{"unsupported", fakeadbd.FixedUnsupported, false},
		{"supported", fakeadbd.FixedSupported, true},
	} {
		_, d := openAndroid(t, fakeadbd.Android{Fixed: c.phone})
		if has, err := d.(Clocked).FixedPerformance(t.Context()); has != c.has || err != nil {
			t.Errorf("%s: %t, %v", c.name, has, err)
		}
	}
	p, d := openAndroid(t, fakeadbd.Android{Fixed: fakeadbd.FixedSupported})
	for _, c := range endings {
		run, err := d.(Clocked).StartFixed(t.Context(), []string{"sh", "-c", "cat " + p.Folder + "/fixed" + c.script}, nil)
		if err != nil {
			t.Fatal(err)
		}
		run.Stdin.Close()
		out, _ := io.ReadAll(run.Stdout)
		if err := run.Wait(); (err != nil) != c.fails {
			t.Errorf("%q: %v", c.script, err)
		}
		if string(out) != "true\n" || p.Setting("fixed") != "false" {
			t.Errorf("%q: the mode was %q while it ran, and is %q after it", c.script, out, p.Setting("fixed"))
		}
	}
}

// TestFixedPerformanceOfARunThatIsUnderWay: a query of the mode does not end it
// during a run.
func TestFixedPerformanceOfARunThatIsUnderWay(t *testing.T) {
	p, d := openAndroid(t, fakeadbd.Android{Fixed: fakeadbd.FixedSupported})
	run, err := d.(Clocked).StartFixed(t.Context(), []string{"sh", "-c", "echo up; sleep 100"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	run.Stdin.Close()
	if _, err := io.ReadFull(run.Stdout, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	if has, err := d.(Clocked).FixedPerformance(t.Context()); !has || err != nil || p.Setting("fixed") != "true" {
		t.Errorf("%t, %v; the mode is %q", has, err, p.Setting("fixed"))
	}
	run.Kill()
	if err := run.Wait(); err == nil || p.Setting("fixed") != "false" {
		t.Errorf("ended by %v, the mode is %q", err, p.Setting("fixed"))
	}
}

// TestFixedPerformanceRefused: nothing runs without the mode that its figures
// would be labelled with.
func TestFixedPerformanceRefused(t *testing.T) {
	_, d := openAndroid(t, fakeadbd.Android{Fixed: fakeadbd.FixedRefused})
	run, err := d.(Clocked).StartFixed(t.Context(), []string{"echo", "ran"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	run.Stdin.Close()
	out, _ := io.ReadAll(run.Stdout)
	if err := run.Wait(); err == nil || len(out) > 0 || !strings.Contains(run.Stderr(), "fixed-performance mode") {
		t.Errorf("%q, %v: %s", out, err, run.Stderr())
	}
}

func TestAndroidState(t *testing.T) {
	_, d := openAndroid(t, fakeadbd.Android{Thermal: []int{0, 3, 1}, Charging: true, Level: 94})
	var slows []string
	for range 3 {
		s, err := d.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Power != (Power{Source: measured.PowerCharger, Level: 94}) || s.Heat.Hottest != "BIG" || s.Heat.Celsius < 42 {
			t.Errorf("%+v", s)
		}
		slows = append(slows, s.Heat.Slows())
	}
	// Opening the phone was the first query.
	if want := []string{"its thermal status is severe", "", ""}; !slices.Equal(slows, want) {
		t.Errorf("%q, want %q", slows, want)
	}
}

func TestBatterySaver(t *testing.T) {
	p := devicestest.StartPhone(t)
	if err := p.Become(fakeadbd.Android{Saver: true}); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), "adb")
	if err == nil || !strings.Contains(err.Error(), "its battery saver is on") ||
		!strings.Contains(fault.HintOf(err), "Switch the battery saver off") || fault.ExitCode(err) != 4 {
		t.Errorf("%v (hint %q)", err, fault.HintOf(err))
	}
}
