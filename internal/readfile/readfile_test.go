package readfile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/readfile"
)

func TestLimited(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("12345"), 0o600); err != nil {
		t.Fatal(err)
	}
	for limit, fits := range map[int64]bool{4: false, 5: true, 6: true} {
		data, err := readfile.Limited(path, limit)
		switch {
		case fits && (err != nil || string(data) != "12345"):
			t.Errorf("limit %d: %q, %v", limit, data, err)
		case !fits && (!errors.Is(err, readfile.ErrTooLarge) || data != nil || !strings.Contains(err.Error(), path)):
			t.Errorf("limit %d: %q, %v", limit, data, err)
		}
	}
	if _, err := readfile.Limited(path+"x", 5); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := readfile.Limited(filepath.Dir(path), 5); err == nil || !strings.Contains(err.Error(), filepath.Dir(path)) {
		t.Errorf("a folder: %v", err)
	}
}
