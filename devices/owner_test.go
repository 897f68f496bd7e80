package devices

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestOwners(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	alive, err := newOwner()
	if err != nil {
		t.Fatal(err)
	}
	killed, err := newOwner()
	if err != nil {
		t.Fatal(err)
	}
	killed.file.Close() // as the system does
	for _, other := range []string{"rubbish", "0123456789abcd"} {
		if err := os.WriteFile(filepath.Join(os.TempDir(), ownerPrefix+other), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := endedOwners(); !slices.Equal(got, []string{killed.token}) {
		t.Errorf("ended: %v, want %s", got, killed.token)
	}
	forgetOwners([]string{killed.token})
	if got := endedOwners(); len(got) > 0 {
		t.Errorf("ended after they were forgotten: %v", got)
	}
	if err := alive.close(); err != nil {
		t.Error(err)
	}
	if got := endedOwners(); len(got) > 0 {
		t.Errorf("ended after closing: %v", got)
	}
}
