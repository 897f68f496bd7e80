package devices

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fbnas/latency/measured"
)

// Heat is how warm a device is, and what that does to its processor.
type Heat struct {
	// Celsius is of the hottest part that the system names, which is Hottest;
	// "" where it names none. A phone's parts are its processor and its skin.
	Celsius float64
	Hottest string
	Status  string // one of measured.Statuses, as Android sees itself; "" elsewhere
	// Throttled is what a Raspberry Pi's firmware says of itself; "" elsewhere.
	Throttled string
	Held      string // what holds the processor back by the kernel's doing, "" nothing
}

// moderate is the thermal status from which a phone slows itself down.
const moderate = 2

// slowing are the bits of get_throttled that speak of the present: too little
// voltage, frequency capped, throttled, soft limit of the temperature.
const slowing = 0xF

// Slows says why the device is slower for now than it could be, "" where it
// does not say that it is.
func (h Heat) Slows() string {
	if slices.Index(measured.Statuses, h.Status) >= moderate {
		return "its thermal status is " + h.Status
	}
	if bits, err := strconv.ParseUint(h.Throttled, 0, 64); err == nil && bits&slowing != 0 {
		return fmt.Sprintf("its firmware throttles it (%s)", h.Throttled)
	}
	if h.Held != "" {
		return "its kernel throttles the processor (" + h.Held + ")"
	}
	return ""
}

// zone takes a thermal zone of the kernel: its temperature and its name.
func (h *Heat) zone(value string) {
	temp, name, _ := strings.Cut(value, " ")
	if n, err := strconv.ParseInt(temp, 10, 32); err == nil {
		h.part(milli(n), name)
	}
}

func (h *Heat) part(celsius float64, name string) {
	if plausible(celsius) && (h.Hottest == "" || celsius > h.Celsius) && name != "" {
		h.Celsius, h.Hottest = celsius, name
	}
}

// processorOrSkin are the types of Android's sensors that are looked at; others
// hold voltages and shares, too (Temperature.TYPE_CPU, TYPE_SKIN).
var processorOrSkin = []string{"0", "3"}

// sensor takes what Android prints of one: "mValue=41.5, mType=0, mName=BIG, mStatus=0".
func (h *Heat) sensor(value string) {
	fields := map[string]string{}
	for part := range strings.SplitSeq(value, ",") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[name] = v
	}
	celsius, err := strconv.ParseFloat(fields["mValue"], 64)
	if err == nil && slices.Contains(processorOrSkin, fields["mType"]) {
		h.part(celsius, fields["mName"])
	}
}

func (h *Heat) setStatus(value string) {
	if n, err := strconv.Atoi(value); err == nil && n >= 0 && n < len(measured.Statuses) {
		h.Status = measured.Statuses[n]
	}
}

// cooling takes a cooling device of the kernel: how far it goes, and its type.
func (h *Heat) cooling(value string) {
	state, name, _ := strings.Cut(value, " ")
	if n, err := strconv.Atoi(state); err == nil && n > 0 && name != "" {
		h.Held = name
	}
}

// milli is a temperature that the kernel gives in thousandths of a degree;
// some phones' drivers give whole degrees.
func milli(n int64) float64 {
	if n > -200 && n < 200 {
		return float64(n)
	}
	return float64(n) / 1000
}

// plausible leaves out sensors that are not connected.
func plausible(celsius float64) bool { return celsius > 0 && celsius < 150 }
