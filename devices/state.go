package devices

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"fbnas/latency/measured"
)

// State is a device's state at a moment.
type State struct {
	Governors []string // of the cores' frequencies, each once; nil unknown
	KHz       []int    // per core; nil where the system does not report it
	FreeBytes int64    // for pushed files; 0 if unknown
	Heat      Heat
	Power     Power
}

// Power says where a device's power comes from.
type Power struct {
	Source string // measured.PowerCharger or measured.PowerBattery; "" if unknown
	Level  int    // of the battery, in percent; 0 unknown
	Saver  bool   // the system saves power, and slows the processor for it
}

// stateScript prints a line with a key and a value for each thing it finds. It
// reads small files without starting programs, which would disturb what runs
// there. A phone reports all temperatures at once, and hides most zones from
// shells.
const stateScript = `export LC_ALL=C
value() { v=; read -r v <"$1"; } 2>/dev/null
for c in /sys/devices/system/cpu/cpu[0-9]*/cpufreq; do
	value "$c/scaling_governor" && echo "governor $v"
	value "$c/scaling_cur_freq" && echo "khz $v"
done 2>/dev/null
for d in /sys/class/thermal/cooling_device*; do
	value "$d/type"
	case $v in Processor|*cpu*) type=$v; value "$d/cur_state" && echo "cooling $v $type";; esac
done 2>/dev/null
for p in /sys/class/power_supply/*; do
	value "$p/type"
	case $v in
	Mains|USB*) value "$p/online" && echo "online $v";;
	Battery) value "$p/capacity" && echo "level $v";;
	esac
done 2>/dev/null
df -Pk "$folder" 2>/dev/null | while read -r _ _ _ free _; do echo "free $free"; done
if command -v vcgencmd >/dev/null 2>&1; then echo "throttled $(vcgencmd get_throttled 2>/dev/null)"; fi
if command -v dumpsys >/dev/null 2>&1; then
	dumpsys thermalservice 2>/dev/null | sed -n 's/^ *Thermal Status: /status /p
/^Current temperatures/,/^Current cooling/s/.*Temperature{\(.*\)}.*/sensor \1/p'
	dumpsys battery 2>/dev/null | sed -n 's/^ *level: /level /p
s/^.* powered: false.*/online 0/p
s/^.* powered: true.*/online 1/p'
	echo "saver $(settings get global low_power 2>/dev/null </dev/null)"
else
	for z in /sys/class/thermal/thermal_zone*; do
		value "$z/temp" && t=$v && value "$z/type" && echo "zone $t $v"
	done 2>/dev/null
fi
exit 0
`

// State queries this machine.
func (l *local) State(ctx context.Context) (State, error) { return inspect(ctx, localShell{}, l) }

// State queries the device.
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
	"free": func(s *State, value string) {
		if kib, err := strconv.ParseInt(value, 10, 64); err == nil && kib > 0 && kib < 1<<50 {
			s.FreeBytes = kib << 10
		}
	},
	"level": func(s *State, value string) {
		if n, err := strconv.Atoi(value); err == nil && n > 0 && n <= 100 {
			s.Power.Level = n
		}
	},
	"online": func(s *State, value string) {
		switch {
		case value == "1":
			s.Power.Source = measured.PowerCharger
		case value == "0" && s.Power.Source == "":
			s.Power.Source = measured.PowerBattery
		}
	},
	"saver":     func(s *State, value string) { s.Power.Saver = value == "1" },
	"zone":      func(s *State, value string) { s.Heat.zone(value) },
	"sensor":    func(s *State, value string) { s.Heat.sensor(value) },
	"status":    func(s *State, value string) { s.Heat.setStatus(value) },
	"throttled": func(s *State, value string) { s.Heat.Throttled = strings.TrimPrefix(value, "throttled=") },
	"cooling":   func(s *State, value string) { s.Heat.cooling(value) },
}

func parseState(out string) State {
	var s State
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if set := stateLines[key]; set != nil && value != "" {
			set(&s, strings.TrimSpace(value))
		}
	}
	if s.Power.Source == measured.PowerBattery && s.Power.Level == 0 {
		s.Power.Source = "" // a computer without a battery, but with a port for charging
	}
	return s
}

// Clusters says which frequencies a device's cores reach, in the order of the
// cores: "4 × 1.80 GHz + 4 × 2.84 GHz"; "" where the system does not report it.
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
