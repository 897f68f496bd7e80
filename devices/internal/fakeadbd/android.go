package fakeadbd

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Android is the state behind the phone's own commands; without it the phone has
// no such commands.
type Android struct {
	Awake int   // the setting stay_on_while_plugged_in
	Saver bool  // battery saver
	Fixed Fixed // fixed-performance mode
	// Thermal are the states, by number, that successive queries find; the last
	// one stays. Nil: the phone does not report any.
	Thermal  []int
	Charging bool
	Level    int // of the battery, in percent
}

// Fixed is how a phone answers a request for fixed-performance mode.
type Fixed int

// A phone without the command power, one before Android 11, one whose maker has
// not implemented the mode, one that has it, and one that refuses when asked to
// enter it.
const (
	FixedNoCommand Fixed = iota
	FixedOld
	FixedUnsupported
	FixedSupported
	FixedRefused
)

// answers are the scripts of the command power (AOSP,
// PowerManagerShellCommand.java).
var answers = map[Fixed]string{
	FixedOld:         "echo \"Unknown command: $2\" >&2; exit 255\n",
	FixedUnsupported: "echo 'Failed to set FIXED_PERFORMANCE mode' >&2; exit 255\n",
	FixedSupported:   "echo \"$3\" >\"$PHONE/fixed\"\n",
	FixedRefused:     "if [ \"$3\" = true ]; then exit 255; fi\n",
}

// Become gives the phone Android's commands.
func (p *Phone) Become(a Android) error {
	saver := map[bool]string{true: "1", false: "0"}[a.Saver]
	files := map[string]string{
		"awake":   fmt.Sprintln(a.Awake),
		"thermal": strings.ReplaceAll(strings.Trim(fmt.Sprint(a.Thermal), "[]"), " ", "\n") + "\n",
		"bin/settings": "case $* in *low_power) echo " + saver + ";; get*) cat \"$PHONE/awake\";;\n" +
			"put*) echo $4 >\"$PHONE/awake\";; esac\n",
		"bin/svc":     "echo 15 >\"$PHONE/awake\"\n",
		"bin/dumpsys": "case $1 in battery)\n" + battery(a) + ";;\nthermalservice)\n" + thermalService + ";;\nesac\n",
	}
	if answer, ok := answers[a.Fixed]; ok {
		files["bin/cmd"] = answer
	}
	for name, text := range files {
		path := filepath.Join(p.Folder, name)
		if strings.HasPrefix(name, "bin/") {
			text = "#!/bin/sh\nPHONE='" + p.Folder + "'\n" + text
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			return err
		}
	}
	return nil
}

// Setting is the present value of a setting, awake or fixed; "" if nobody has set
// it.
func (p *Phone) Setting(name string) string {
	text, err := os.ReadFile(filepath.Join(p.Folder, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func battery(a Android) string {
	return fmt.Sprintf("echo 'Current Battery Service state:'\necho '  AC powered: false'\necho '  USB powered: %t'\n"+
		"echo '  level: %d'\necho '  scale: 100'\n", a.Charging, a.Level)
}

// thermalService prints what Android's service prints, including stale and
// meaningless values. A phone gets two degrees warmer with each state.
const thermalService = `read -r now <"$PHONE/thermal"
if [ -z "$now" ]; then exit 1; fi
if [ "$(grep -c . "$PHONE/thermal")" -gt 1 ]; then
	tail -n +2 "$PHONE/thermal" >"$PHONE/thermal.new" && mv "$PHONE/thermal.new" "$PHONE/thermal"
fi
printf 'IsStatusOverride: false\nThermal Status: %s\nCached temperatures:\n' "$now"
printf '\tTemperature{mValue=99.0, mType=0, mName=STALE, mStatus=0}\n'
printf 'HAL Ready: true\nCurrent temperatures from HAL:\n'
printf '\tTemperature{mValue=%s.5, mType=0, mName=BIG, mStatus=0}\n' "$((40 + 2 * now))"
printf '\tTemperature{mValue=33.0, mType=3, mName=VIRTUAL-SKIN, mStatus=0}\n'
printf '\tTemperature{mValue=87.0, mType=8, mName=vbat, mStatus=0}\n'
printf 'Current cooling devices from HAL:\n\tCoolingDevice{mValue=0, mType=2, mName=fan}\n'
`
