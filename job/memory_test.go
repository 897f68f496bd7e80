package job

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"fbnas/engine"
	"fbnas/internal/fault"
	"fbnas/models"
)

func TestCheckMemory(t *testing.T) {
	const mega = 1_000_000
	need := engine.Memory{State: 50 * mega, Values: 700 * mega, Feeds: 100 * mega, Programs: 50 * mega}
	for _, c := range []struct {
		name      string
		available int64 // MB; 0: unknown
		err       error
		needed    int64
		said      string
	}{
		{"fits", 1000, nil, 900 * mega, "needs 900 MB of memory, 1.02 GB are available"},
		{"available is not known", 0, nil, 900 * mega, "needs 900 MB of memory\"\n"},
		{"needed is not known", 1, fmt.Errorf("interp: %w", errors.ErrUnsupported), 0, ""},
		{"a smaller batch fits", 600, nil, 0, "steps of 128 images need 900 MB of memory, 700 MB of it for what lies between operators; 614 MB are available" +
			" (Use --batch 80 or less, or free memory.)"},
		{"few images fit", 120, nil, 0, "123 MB are available (Use --batch 3 or less, or free memory.)"},
		{"nothing fits", 90, nil, 0, "92.2 MB are available (Use a smaller network or smaller images"},
		{"a program that cannot be planned", 1000, errors.New("plan weights: no shape"), 0, "plan weights: no shape"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			env := telling(&out)
			env.System = fstest.MapFS{}
			if c.available > 0 {
				env.System = fstest.MapFS{"proc/meminfo": {Data: fmt.Appendf(nil, "MemAvailable: %d kB\n", 1000*c.available)}}
			}
			needed, err := env.checkMemory(128, func() (engine.Memory, error) { return need, c.err })
			if err != nil {
				fmt.Fprintf(&out, "%v (%s)", err, fault.HintOf(err))
			}
			if needed != c.needed || !strings.Contains(out.String(), c.said) || c.said == "" && out.Len() > 0 {
				t.Errorf("%d bytes, said %q, want %d and %q", needed, out.String(), c.needed, c.said)
			}
		})
	}
}

func TestWeightsThatDoNotFit(t *testing.T) {
	a := models.Arch{Name: "large", Input: models.Input{Channels: 1000, Height: 1, Width: 1}, Classes: 1000, Rounding: models.Rounding{Divisor: 1},
		Rows: []models.Row{{Kind: models.Skip, Out: 1000}}}
	blocks, err := a.Resolve() // a million parameters
	if err != nil {
		t.Fatal(err)
	}
	for kilobytes, want := range map[int]string{7000: "1.00 M parameters need 8.00 MB of memory, 7.17 MB are available", 8000: ""} {
		err := weightsFit(fstest.MapFS{"proc/meminfo": {Data: fmt.Appendf(nil, "MemAvailable: %d kB\n", kilobytes)}}, blocks)
		if got := fmt.Sprint(err); err != nil && got != want || (err == nil) != (want == "") {
			t.Errorf("with %d kB: %v, want %q", kilobytes, err, want)
		}
	}
	if err := weightsFit(fstest.MapFS{}, blocks); err != nil {
		t.Error(err)
	}
}
