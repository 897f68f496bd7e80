package devices

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fbnas/latency/measured"
)

// Heat is how warm a device is, and how that limits its processor.
type Heat struct {
	// Celsius is the temperature of the hottest part that the system reports,
	// which is Hottest; "" if it reports none. A phone's parts are its processor
	// and its skin.
	Celsius float64
	Hottest string
	Status  string // one of measured.Statuses, as Android reports it; "" elsewhere
	// Throttled is the report of a Raspberry Pi's firmware; "" elsewhere.
	Throttled string
	Held      string // by what the kernel limits the processor, "" if it does not
}

// moderate is the thermal status from which a phone slows itself down.
const moderate = 2

// slowing has the bits of get_throttled for the present: low voltage, frequency
// capped, throttled, soft temperature limit.
const slowing = 0xF

// Slows says why the device is slower at present than it could be, "" if it does
// not report that it is.
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

// zone reads a thermal zone of the kernel: its temperature and its name.
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

// processorOrSkin are the types of Android's sensors that are used; others report
// voltages and percentages, too (Temperature.TYPE_CPU, TYPE_SKIN).
var processorOrSkin = []string{"0", "3"}

// sensor parses a sensor as Android prints it: "mValue=41.5, mType=0, mName=BIG,
// mStatus=0".
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

// cooling reads a cooling device of the kernel: its level, and its type.
func (h *Heat) cooling(value string) {
	state, name, _ := strings.Cut(value, " ")
	if n, err := strconv.Atoi(state); err == nil && n > 0 && name != "" {
		h.Held = name
	}
}

// milli is a temperature in the kernel's thousandths of a degree; some phones'
// drivers report whole degrees.
func milli(n int64) float64 {
	if n > -200 && n < 200 {
		return float64(n)
	}
	return float64(n) / 1000
}

// plausible excludes sensors that are not connected.
func plausible(celsius float64) bool { return celsius > 0 && celsius < 150 }
