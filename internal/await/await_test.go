package await

import (
	"fmt"
	"testing"
	"time"
)

// run is a test whose run ends at a given time.
type run struct {
	testing.TB
	end     time.Time
	limited bool
	said    string
}

func (r *run) Helper()                      {}
func (r *run) Deadline() (time.Time, bool)  { return r.end, r.limited }
func (r *run) Fatalf(f string, args ...any) { r.said = fmt.Sprintf(f, args...); panic(r) }

func TestLeft(t *testing.T) {
	if got := Left(&run{end: time.Now().Add(100 * time.Minute), limited: true}); got > 90*time.Minute || got < 89*time.Minute {
		t.Errorf("%v of 100 minutes", got)
	}
	if got := Left(&run{}); got != time.Hour {
		t.Errorf("%v without a limit", got)
	}
}

func TestUntil(t *testing.T) {
	asked := 0
	Until(t, "asked three times", func() bool { asked++; return asked == 3 })
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	late := &run{end: time.Now().Add(10 * time.Millisecond), limited: true}
	defer func() {
		if recover() != late || late.said != "waited in vain until the end of days" {
			t.Errorf("said %q", late.said)
		}
	}()
	Until(late, "the end of days", func() bool { return false })
	t.Error("goes on")
}
