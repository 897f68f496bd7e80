package devices

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/fault"
)

const listing = `* daemon not running; starting now at tcp:5037
* daemon started successfully
List of devices attached
0A1B2C                 device usb:1-1 product:oriole model:Pixel_6 device:oriole transport_id:1
emulator-5554          offline transport_id:2
R58M                   unauthorized usb:1-2 transport_id:3
????????????           no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html] usb:1-3 transport_id:4

`

func TestParsePhones(t *testing.T) {
	want := []phone{
		{"0A1B2C", "device", "Pixel_6"},
		{"emulator-5554", "offline", ""},
		{"R58M", "unauthorized", ""},
		{"????????????", "no permissions", ""},
	}
	if got := parsePhones(listing); !cmp.Equal(got, want, cmp.AllowUnexported(phone{})) {
		t.Errorf("%+v", got)
	}
}

func TestPick(t *testing.T) {
	good, other, off := phone{"A", "device", "Pixel_6"}, phone{"B", "device", ""}, phone{"C", "offline", ""}
	for _, c := range []struct {
		phones             []phone
		serial, want, says string
		hint               string
	}{
		{[]phone{good}, "", "A", "", ""},
		{[]phone{good, other}, "B", "B", "", ""},
		{[]phone{good, off}, "A", "A", "", ""},
		{nil, "", "", "no phone is attached", "USB debugging"},
		{nil, "A", "", "no phone is attached", "USB debugging"},
		{[]phone{good, off}, "", "", "2 phones are attached: adb:A Pixel_6 (device), adb:C (offline)", "Name one"},
		{[]phone{good}, "X", "", "no phone has the serial number X; attached: adb:A Pixel_6 (device)", "fbnas devices"},
		{[]phone{off}, "", "", "the phone C is offline", "Plug"},
		{[]phone{{"D", "no permissions", ""}}, "", "", "the phone D is no permissions", "udev"},
		{[]phone{{"D", "melted", ""}}, "", "", "the phone D is melted", "adb devices"},
	} {
		p, err := pick(c.phones, c.serial)
		if c.says == "" {
			if err != nil || p.serial != c.want {
				t.Errorf("%v %q: %v, %v", c.phones, c.serial, p, err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(fault.HintOf(err), c.hint) || fault.ExitCode(err) != 4 {
			t.Errorf("%v %q: %v (hint %q)", c.phones, c.serial, err, fault.HintOf(err))
		}
	}
}

func FuzzParsePhones(f *testing.F) {
	f.Add(listing)
	f.Add("List of devices attached\nA\n* x y\nB no\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range parsePhones(text) {
			if p.serial == "" || p.state == "" || strings.ContainsAny(p.serial+p.model, " \n") {
				t.Errorf("%+v of %q", p, text)
			}
			if (p.state == usable) != (p.trouble().hint == "") {
				t.Errorf("state %q has hint %q", p.state, p.trouble().hint)
			}
		}
	})
}

func FuzzCutMark(f *testing.F) {
	const mark = "MARK"
	f.Add([]byte("text"), []byte("\nMARK 0\n"), uint8(3))
	f.Add([]byte("\nMARK 1\n"), []byte("\nMARK 300\n"), uint8(255))
	f.Add([]byte{}, []byte("MARK 1\n"), uint8(0))
	f.Fuzz(func(t *testing.T, text, cut []byte, status uint8) {
		whole := fmt.Appendf(append([]byte{}, text...), "\n%s %d\n", mark, status)
		printed, got, ok := cutMark(whole, mark)
		if !ok || got != int(status) || !bytes.Equal(printed, text) {
			t.Errorf("%q: %q, %d, %v", whole, printed, got, ok)
		}
		if bytes.Contains(text, []byte(mark)) {
			return // no script can contain the mark
		}
		for n := range whole {
			if _, _, ok := cutMark(whole[:n], mark); ok {
				t.Errorf("%q counts as whole", whole[:n])
			}
		}
		_, _, _ = cutMark(cut, mark)
	})
}

func TestServerVersion(t *testing.T) {
	for answer, want := range map[string]string{
		"OKAY00040029": "41", "OKAY0004001f": "31",
		"": "", "OKAY": "", "FAIL0004nope": "", "OKAY000400zz": "", "OKAY0005000029": "", "OKAY0004": "",
	} {
		got, err := parseServerVersion(answer)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", answer, got, err)
		}
	}
	for text, want := range map[string]string{
		"Android Debug Bridge version 1.0.41\nVersion 29.0.6-debian\n": "1.0.41",
		"Android Debug Bridge version 1.0.x\n":                         "", "hello": "", "": "",
	} {
		if got := adbVersion(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
