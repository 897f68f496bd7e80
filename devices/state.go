package devices

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// State is how a device is at a moment.
type State struct {
	Governors []string // of the cores' frequencies, each once; nil unknown
	KHz       []int    // per core; nil where the system does not tell
	// Celsius is of the hottest part that the system names, which is Hottest;
	// "" where it names none.
	Celsius   float64
	Hottest   string
	FreeBytes int64  // where pushed files lie; 0 unknown
	Throttled string // what a Raspberry Pi's firmware says of itself; "" elsewhere
}

// stateScript prints a line for each thing it finds: a key and a value.
const stateScript = `export LC_ALL=C
for c in /sys/devices/system/cpu/cpu[0-9]*/cpufreq; do
	if [ -r "$c/scaling_governor" ]; then echo "governor $(cat "$c/scaling_governor")"; fi
	if [ -r "$c/scaling_cur_freq" ]; then echo "khz $(cat "$c/scaling_cur_freq")"; fi
done 2>/dev/null
for z in /sys/class/thermal/thermal_zone*; do
	if [ -r "$z/temp" ]; then echo "zone $(cat "$z/temp") $(cat "$z/type")"; fi
done 2>/dev/null
df -Pk "$folder" 2>/dev/null | while read -r _ _ _ free _; do echo "free $free"; done
if command -v vcgencmd >/dev/null 2>&1; then echo "throttled $(vcgencmd get_throttled 2>/dev/null)"; fi
exit 0
`

// State asks this machine how it is.
func (l *local) State(ctx context.Context) (State, error) { return inspect(ctx, localShell{}, l) }

// State asks the device how it is.
func (r *remote) State(ctx context.Context) (State, error) { return inspect(ctx, r.sh, r) }

func inspect(ctx context.Context, sh shell, d Device) (State, error) {
	out, err := sh.run(ctx, "folder="+quote(d.Folder())+"\n"+stateScript, nil)
	if err != nil {
		return State{}, explain(d.Name(), "ask how it is", err)
	}
	return parseState(string(out)), nil
}

// stateLines maps the keys of stateScript's lines to what they set.
var stateLines = map[string]func(s *State, value string){
	"governor": func(s *State, value string) {
		if !slices.Contains(s.Governors, value) {
			s.Governors = append(s.Governors, value)
		}
	},
	"khz": func(s *State, value string) {
		if n, err := strconv.Atoi(value); err == nil && n > 0 {
			s.KHz = append(s.KHz, n)
		}
	},
	"zone": func(s *State, value string) {
		temp, name, _ := strings.Cut(value, " ")
		n, err := strconv.ParseInt(temp, 10, 32)
		if celsius := milli(n); err == nil && plausible(celsius) && (s.Hottest == "" || celsius > s.Celsius) && name != "" {
			s.Celsius, s.Hottest = celsius, name
		}
	},
	"free": func(s *State, value string) {
		if kib, err := strconv.ParseInt(value, 10, 64); err == nil && kib > 0 && kib < 1<<50 {
			s.FreeBytes = kib << 10
		}
	},
	"throttled": func(s *State, value string) { s.Throttled = strings.TrimPrefix(value, "throttled=") },
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

func parseState(out string) State {
	var s State
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if set := stateLines[key]; set != nil && value != "" {
			set(&s, strings.TrimSpace(value))
		}
	}
	return s
}

// Clusters says which frequencies a device's cores reach, in the order of the
// cores: "4 × 1.80 GHz + 4 × 2.84 GHz"; "" where the system does not tell.
func (id Identity) Clusters() string {
	var parts []string
	for i := 0; i < len(id.MaxKHz); {
		n := 1
		for i+n < len(id.MaxKHz) && id.MaxKHz[i+n] == id.MaxKHz[i] {
			n++
		}
		parts = append(parts, fmt.Sprintf("%d × %.2f GHz", n, float64(id.MaxKHz[i])/1e6))
		i += n
	}
	return strings.Join(parts, " + ")
}
