package devices

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"fbnas/internal/fault"
)

// android is a remote device with Android's settings, some of which are changed
// while a program runs there.
type android struct{ *remote }

// setting is an Android setting that is changed while a program runs: read prints
// its present value, a number, which is $was in restore.
type setting struct{ read, set, restore string }

// settings are changed wherever they can be read.
var settings = []setting{
	// A phone that falls asleep stops its fast cores, and later its programs.
	{"settings get global stay_on_while_plugged_in | sed s/null/0/", "svc power stayon true", "settings put global stay_on_while_plugged_in $was"},
}

// fixedMode is the command for Android's fixed-performance mode, without its
// argument, true or false. It exits with status 255 if the phone's maker has not
// implemented the mode, and before Android 11 (PowerManagerShellCommand). No
// command reads the mode.
const fixedMode = "cmd power set-fixed-performance-mode-enabled "

// fixedSetting fixes the clocks.
var fixedSetting = setting{"echo 0", fixedMode + "true", fixedMode + "false"}

// Clocked is a device whose clocks can be fixed below their maximum, at a speed
// that lasts longer and repeats better.
type Clocked interface {
	// FixedPerformance reports whether this unit has the mode.
	FixedPerformance(ctx context.Context) (bool, error)
	// StartFixed is Start with fixed clocks while the program runs. If the clocks
	// cannot be fixed, the program does not run.
	StartFixed(ctx context.Context, argv, env []string) (*Process, error)
}

var _ Clocked = (*android)(nil)

// askFixed exits with status 0 if the phone has the mode. To find out, it
// switches the mode off, but not while another program's run uses it.
const askFixed = `cd "$runs" || exit 1
for r in *; do
	if alive "$r" && grep -q fixed-performance "$r/restore" 2>/dev/null; then exit 0; fi
done
` + fixedMode + `false >/dev/null 2>&1 </dev/null`

// FixedPerformance asks the phone.
func (a *android) FixedPerformance(ctx context.Context) (bool, error) {
	err := a.insist(ctx, func() error {
		_, err := a.sh.run(ctx, "runs="+quote(a.runsFolder())+"\n"+aliveFunc+askFixed, nil)
		return err
	})
	var exit *exitError
	if errors.As(err, &exit) {
		return false, nil
	}
	if err != nil {
		return false, a.explain("ask for its fixed-performance mode", err)
	}
	return true, nil
}

// checkFit returns an error for a phone in a state in which it must not be
// measured. A hot phone may still cool down.
func (a *android) checkFit(ctx context.Context) error {
	s, err := a.State(ctx)
	if err != nil {
		return err
	}
	if s.Power.Saver {
		return fault.New(fault.Device, "Switch the battery saver off, and plug in the charger: it slows the processor.",
			"device %s: its battery saver is on", a.Name())
	}
	return nil
}

// settingsScript changes the settings and then becomes the program in its
// arguments. The command that restores a setting is on the disk before the
// setting changes, because the phone may restart at any time. The program does
// not run unless the clocks can be fixed, if fixed is true.
func settingsScript(fixed bool) []byte {
	var b strings.Builder
	for _, s := range settings {
		b.WriteString(s.script("|| :"))
	}
	if fixed {
		b.WriteString(fixedSetting.script(`|| { echo "the phone does not enter its fixed-performance mode" >&2; exit 1; }`))
	}
	b.WriteString("exec \"$@\"\n")
	return []byte(b.String())
}

// script changes the setting; failed is the shell code to run if that fails.
func (s setting) script(failed string) string {
	return fmt.Sprintf(`was=$({ %s; } 2>/dev/null </dev/null)
case $was in
''|*[!0-9]*) ;;
*) echo "%s" >>restore && sync && %s >/dev/null 2>&1 </dev/null %s ;;
esac
`, s.read, s.restore, s.set, failed)
}

// Start starts a program under the changed settings.
func (a *android) Start(ctx context.Context, argv, env []string) (*Process, error) {
	return a.start(ctx, settingsScript(false), argv, env)
}

// StartFixed starts a program under the changed settings and in fixed-performance
// mode.
func (a *android) StartFixed(ctx context.Context, argv, env []string) (*Process, error) {
	return a.start(ctx, settingsScript(true), argv, env)
}

func (a *android) start(ctx context.Context, script []byte, argv, env []string) (*Process, error) {
	sum := sha256.Sum256(script)
	name := "settings-" + hex.EncodeToString(sum[:8]) + ".sh"
	if err := a.Push(ctx, name, script); err != nil {
		return nil, err
	}
	return a.remote.Start(ctx, append([]string{"sh", a.Folder() + "/" + name}, argv...), env)
}
