package devices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"fbnas/internal/fault"
)

// android is a remote device with Android's settings, some of which change for
// as long as a program runs there.
type android struct{ Device }

// settings change while a program runs: reading prints the present value, a
// number, which is $was in what restores it. A phone that prints none is left
// alone.
var settings = []struct{ read, set, restore string }{
	// A phone that falls asleep stops its fast cores, and then its programs.
	{"settings get global stay_on_while_plugged_in | sed s/null/0/", "svc power stayon true", "settings put global stay_on_while_plugged_in $was"},
}

// unfit is what a phone says when its times would not be its own.
var unfit = []struct {
	ask        string
	bad        []string
	says, hint string
}{
	{"settings get global low_power", []string{"1"},
		"its battery saver is on", "Switch the battery saver off, and plug in the charger: it slows the processor."},
	// From "severe" on (Android: PowerManager.THERMAL_STATUS_SEVERE).
	{"dumpsys thermalservice | sed -n 's/^ *Thermal Status: *//p' | head -n 1", []string{"3", "4", "5", "6"},
		"it is hot, and slows itself down", "Let it cool down, out of its case, and do not charge it fast."},
}

// checkFit is an error for a phone in a state in which it must not be measured.
func checkFit(ctx context.Context, name string, sh shell) error {
	var b strings.Builder
	for _, u := range unfit {
		b.WriteString("echo \"$(" + u.ask + " 2>/dev/null)\"\n")
	}
	out, err := sh.run(ctx, b.String(), nil)
	if err != nil {
		return explain(name, "ask for its state", err)
	}
	for i, value := range strings.Split(string(out), "\n") {
		if i < len(unfit) && slices.Contains(unfit[i].bad, strings.TrimSpace(value)) {
			return fault.New(fault.Device, unfit[i].hint, "device %s: %s", name, unfit[i].says)
		}
	}
	return nil
}

// settingsScript changes the settings and becomes the program that its
// arguments name. How to restore a setting is on the disk before it changes:
// the phone may restart at any time.
func settingsScript() []byte {
	var b strings.Builder
	for _, s := range settings {
		fmt.Fprintf(&b, `was=$({ %s; } 2>/dev/null </dev/null)
case $was in
''|*[!0-9]*) ;;
*) echo "%s" >>restore && sync && %s >/dev/null 2>&1 </dev/null ;;
esac
`, s.read, s.restore, s.set)
	}
	b.WriteString("exec \"$@\"\n")
	return []byte(b.String())
}

// Start starts a program under changed settings.
func (a *android) Start(ctx context.Context, argv, env []string) (*Process, error) {
	script := settingsScript()
	sum := sha256.Sum256(script)
	name := "settings-" + hex.EncodeToString(sum[:8]) + ".sh"
	if err := a.Push(ctx, name, script); err != nil {
		return nil, err
	}
	return a.Device.Start(ctx, append([]string{"sh", a.Folder() + "/" + name}, argv...), env)
}
