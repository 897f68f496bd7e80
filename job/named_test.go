package job

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/rundir"
)

// TestFoldersWithoutAnArchitecture: the error says what the folder is, and what
// to give.
func TestFoldersWithoutAnArchitecture(t *testing.T) {
	for verb, want := range map[string][2]string{
		"train":  {"is the folder of a training, not of a search", "--init-from"},
		"search": {"has not finished (step 0): it has no architecture yet", "fbnas search --resume -o"},
		"":       {"there is no arch.yaml in", "Give the folder of a finished search"},
	} {
		dir := filepath.Join(t.TempDir(), "folder")
		if verb == "" {
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		} else if d, err := rundir.Create(dir, verb, struct{}{}, rundir.Options{}); err != nil {
			t.Fatal(err)
		} else if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := archOf(dir)
		if fault.CodeOf(err) != fault.Usage || !strings.Contains(err.Error(), want[0]) || !strings.Contains(fault.HintOf(err), want[1]) {
			t.Errorf("%q: %v (%s), want %q", verb, err, fault.HintOf(err), want)
		}
	}
}
