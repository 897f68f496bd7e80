package job

import (
	"os"
	"path/filepath"
	"testing"

	"fbnas/lut"
)

// TestExportReadsItsTableOnce: a file names the table that its prediction is by,
// whatever has become of that table's file since.
func TestExportReadsItsTableOnce(t *testing.T) {
	data, err := os.ReadFile("../lut/testdata/v1.lut")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.lut")
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
	x := export{ExportOptions: ExportOptions{Table: path}}
	if x.table, err = lut.Load(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	said, err := x.predicted()
	if err != nil || said.Table != x.table.Digest || said.Device != "simulated" {
		t.Errorf("%+v (%v), want the table %s", said, err, x.table.Digest)
	}
}
