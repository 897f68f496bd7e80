package agent

import (
	"bytes"
	"strings"
	"testing"
)

// TestMainSaysWhatIsWrong: a host, or a person who starts an agent by hand,
// learns why it ended.
func TestMainSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		args        []string
		status      int
		out, errOut string // parts of the messages
	}{
		{nil, 1, `"type":"error"`, "fbnas-agent: "},
		{[]string{"-help"}, 0, "", "-ort"},
		{[]string{"-none"}, 2, "", "-none"},
		{[]string{"-dir", ".", "more"}, 2, "", "-dir"},
	} {
		var out, errOut bytes.Buffer
		status := Main(c.args, strings.NewReader("no request\n"), &out, &errOut)
		if status != c.status || !strings.Contains(out.String(), c.out) || !strings.Contains(errOut.String(), c.errOut) {
			t.Errorf("%q: exit status %d, want %d; said %q and %q", c.args, status, c.status, out.String(), errOut.String())
		}
	}
}
