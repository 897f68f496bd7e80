package devices

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/devices/devicestest"
	"fbnas/internal/fault"
)

// androidForTest is a fake phone with some of Android's commands, whose state
// is in the file that is returned.
func androidForTest(t *testing.T, lowPower, thermal string) (state string) {
	t.Helper()
	p := devicestest.StartPhone(t)
	state = filepath.Join(p.Folder, "awake")
	for name, text := range map[string]string{
		"bin/settings": "case $* in *low_power) echo " + lowPower + ";; get*) cat " + state + ";; put*) echo $4 >" + state + ";; esac\n",
		"bin/svc":      "echo 15 >" + state + "\n",
		"bin/dumpsys":  "echo 'IsStatusOverride: false'; echo 'Thermal Status: " + thermal + "'\n",
		"awake":        "3\n",
	} {
		path := filepath.Join(p.Folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "bin/") {
			text = "#!/bin/sh\n" + text
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return state
}

func TestAndroidSettings(t *testing.T) {
	state := androidForTest(t, "0", "1")
	d, err := Open(t.Context(), "adb")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for script, fails := range map[string]bool{"cat " + state: false, "cat " + state + "; exit 3": true, "cat " + state + "; kill -9 $$": true, "cat " + state + "; kill -9 0": true} {
		p, err := d.Start(t.Context(), []string{"sh", "-c", script}, nil)
		if err != nil {
			t.Fatal(err)
		}
		p.Stdin.Close()
		out, _ := io.ReadAll(p.Stdout)
		if err := p.Wait(); (err != nil) != fails {
			t.Errorf("%s: %v", script, err)
		}
		if string(out) != "15\n" {
			t.Errorf("%s: the setting was %q while it ran", script, out)
		}
		if after, err := os.ReadFile(state); string(after) != "3\n" {
			t.Errorf("%s: the setting is %q after it, %v", script, after, err)
		}
	}
}

func TestUnfitPhone(t *testing.T) {
	for _, c := range []struct{ lowPower, thermal, says, hint string }{
		{"1", "0", "its battery saver is on", "Switch the battery saver off"},
		{"0", "3", "it is hot", "Let it cool down"},
	} {
		androidForTest(t, c.lowPower, c.thermal)
		_, err := Open(t.Context(), "adb")
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(fault.HintOf(err), c.hint) || fault.ExitCode(err) != 4 {
			t.Errorf("%+v: %v (hint %q)", c, err, fault.HintOf(err))
		}
	}
}
