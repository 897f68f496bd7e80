package devices

import (
	"context"
	"fmt"
	"os"
	"strings"

	"fbnas/internal/fault"
)

// Attached is a phone that adb lists.
type Attached struct {
	Name  string // for --device
	Model string // "" where adb does not report it
	State string // as adb reports it
	Hint  string // what to do if it cannot be used; "" if it can
}

// Ready reports whether the phone can be used.
func (a Attached) Ready() bool { return a.State == usable }

// Phones lists the phones that adb lists; none if there is no adb.
func Phones(ctx context.Context) ([]Attached, error) {
	a, err := findADB(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, nil
	}
	phones, err := a.phones(ctx)
	if err != nil {
		return nil, fmt.Errorf("list phones: %w", err)
	}
	var list []Attached
	for _, p := range phones {
		list = append(list, Attached{"adb:" + p.serial, p.model, p.state, p.trouble().hint})
	}
	return list, nil
}

// phone is one line of `adb devices -l`.
type phone struct{ serial, state, model string }

func (a *adbClient) phones(ctx context.Context) ([]phone, error) {
	cmd, err := a.command(ctx, "devices", "-l")
	if err != nil {
		return nil, err
	}
	said := &tail{limit: 8 << 10}
	cmd.Stderr = said
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, adbFault(a, said.String(), err)
	}
	return parsePhones(string(out)), nil
}

// parsePhones parses the output of `adb devices -l`. A state can be a sentence.
func parsePhones(text string) []phone {
	const header, maxPhones = "List of devices attached", 1000
	var list []phone
	_, text, _ = strings.Cut(text, header)
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 || strings.HasPrefix(line, "*") || len(list) == maxPhones {
			continue
		}
		p := phone{serial: words[0], state: words[1]}
		if p.state == "no" {
			p.state = noPermissions
		}
		for _, word := range words[2:] {
			if model, ok := strings.CutPrefix(word, "model:"); ok {
				p.model = model
			}
		}
		list = append(list, p)
	}
	return list
}

const (
	usable        = "device"
	noPermissions = "no permissions"
)

// trouble is a state in which adb shows a phone, and the next step.
type trouble struct {
	state string
	hint  string
}

// troubles are the states other than "device".
var troubles = []trouble{
	{"unauthorized", "Unlock the phone and allow debugging from this computer; if it does not ask, switch USB debugging off and on again."},
	{"authorizing", "Wait a moment, and unlock the phone."},
	{"connecting", "Wait a moment."},
	{"offline", "Plug the phone in again, or run adb reconnect offline; over the network, adb connect it again."},
	{noPermissions, "Give yourself access to the phone's USB device: install the udev rules (Debian: android-sdk-platform-tools-common), join the group plugdev, log in again, and plug the phone in again."},
	{"bootloader", "Start Android on it: fastboot reboot."},
	{"recovery", "Start Android on it: adb reboot."},
	{"rescue", "Start Android on it: adb reboot."},
	{"sideload", "Start Android on it: adb reboot."},
	{"host", "Take the phone out of USB host mode."},
}

// trouble is what keeps a phone from being used, or the zero value.
func (p phone) trouble() trouble {
	if p.state == usable {
		return trouble{}
	}
	for _, t := range troubles {
		if t.state == p.state {
			return t
		}
	}
	return trouble{p.state, "See adb devices."}
}

// choose finds the phone with the serial number, or the only one if both the
// number and ANDROID_SERIAL are empty.
func (a *adbClient) choose(ctx context.Context, name, serial string) (string, error) {
	phones, err := a.phones(ctx)
	if err != nil {
		return "", fmt.Errorf("device %s: %w", name, err)
	}
	if serial == "" {
		serial = os.Getenv("ANDROID_SERIAL")
	}
	p, err := pick(phones, serial)
	if err != nil {
		return "", fmt.Errorf("device %s (%s): %w", name, a, err)
	}
	return p.serial, nil
}

func pick(phones []phone, serial string) (phone, error) {
	var shown []string
	for _, p := range phones {
		shown = append(shown, strings.TrimSpace("adb:"+p.serial+" "+p.model)+" ("+p.state+")")
	}
	list := strings.Join(shown, ", ")
	const plug = "Plug the phone in with USB debugging on (Settings, Developer options), or adb connect it over the network; see fbnas devices."
	found := phones
	if serial != "" {
		found = nil
		for _, p := range phones {
			if p.serial == serial {
				found = append(found, p)
			}
		}
	}
	switch {
	case len(phones) == 0:
		return phone{}, fault.New(fault.Device, plug, "no phone is attached")
	case len(found) == 0:
		return phone{}, fault.New(fault.Device, plug, "no phone has the serial number %s; attached: %s", serial, list)
	case len(found) > 1:
		return phone{}, fault.New(fault.Device, "Name one of them, or set ANDROID_SERIAL.", "%d phones are attached: %s", len(found), list)
	case found[0].state != usable:
		return phone{}, fault.New(fault.Device, found[0].trouble().hint, "the phone %s is %s", found[0].serial, found[0].state)
	}
	return found[0], nil
}
