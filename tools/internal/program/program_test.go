package program

import (
	"io"
	"testing"
)

func TestOnly(t *testing.T) {
	for _, c := range []struct {
		args    []string
		matches bool
		wrong   bool
	}{
		{nil, true, false},
		{[]string{"-only", "^b"}, true, false},
		{[]string{"-only", "^a"}, false, false},
		{[]string{"-only", "("}, false, true},
	} {
		flags := Flags("test", io.Discard)
		only := Only(flags, "rows")
		if err := flags.Parse(c.args); (err != nil) != c.wrong {
			t.Errorf("%q: %v", c.args, err)
		} else if err == nil && only.MatchString("bench") != c.matches {
			t.Errorf("%q matches: %v", c.args, !c.matches)
		}
	}
}
