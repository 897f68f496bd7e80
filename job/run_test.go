package job

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
)

// TestRunsThatStop: an interrupted run says how it goes on; one that fails before
// anything is saved leaves no folder in the way of the corrected command, and says
// so.
func TestRunsThatStop(t *testing.T) {
	failed := errors.New("a loss that is not a number")
	interrupted := fault.New(fault.Interrupted, "", "train: %w", context.Canceled)
	for name, c := range map[string]struct {
		err        error
		saved      bool
		hint, said string
	}{
		"failed at once":    {failed, false, "", "the run failed before its first checkpoint"},
		"failed later":      {failed, true, "", ""},
		"interrupted":       {interrupted, false, "Resume with: fbnas train --resume -o ", ""},
		"interrupted later": {interrupted, true, "Resume with: fbnas train --resume -o ", ""},
	} {
		folder := filepath.Join(t.TempDir(), "run")
		dir, err := rundir.Create(folder, "train", struct{}{}, rundir.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if c.saved {
			if err := dir.Save(rundir.Checkpoint{Step: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if c.hint != "" {
			c.hint += folder
		}
		var said bytes.Buffer
		err = runError(telling(&said), c.err, "train", dir)
		if err.Error() != c.err.Error() || fault.CodeOf(err) != fault.CodeOf(c.err) || fault.HintOf(err) != c.hint ||
			!strings.Contains(said.String(), c.said) || c.said == "" && said.Len() > 0 {
			t.Errorf("%s: %v (hint %q), said %q", name, err, fault.HintOf(err), said.String())
		}
		if _, err := os.Stat(folder); os.IsNotExist(err) != (c.said != "") {
			t.Errorf("%s: the folder: %v", name, err)
		}
		dir.Close()
	}
}
