package setup

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPackages fetches one package of each registry, once.
func TestPackages(t *testing.T) {
	w := newWorld(t)
	w.steps("npm", "scope-libpkg-1.2.3.tgz", "/bin/cp $GOOD/good.tgz $OUT")
	w.steps("apt-get", "datapkg_7-1_all.deb", "case \"$*\" in *download*) /bin/cp $GOOD/good.deb $OUT;; esac")
	sum := sha256.Sum256([]byte("a shared library, in spirit"))
	wanted := []Package{
		{From: NPM, Name: "@scope/libpkg", Version: "1.2.3", Digest: w.table[0].digest, Files: []PackageFile{{"kept.so", member, hex.EncodeToString(sum[:])}}},
		{From: Debian, Name: "datapkg", Files: []PackageFile{{"kept.txt", "usr/data.txt", ""}}},
	}
	for range 2 {
		got, err := packages(context.Background(), slog.New(slog.DiscardHandler), w.cache, wanted)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []Fetched{
			{filepath.Join(string(w.cache), "packages/npm/scope-libpkg/1.2.3"), "1.2.3", w.table[0].digest},
			{filepath.Join(string(w.cache), "packages/debian/datapkg"), "7-1", w.table[1].digest},
		} {
			if got[i] != want {
				t.Errorf("package %d is %+v, want %+v", i, got[i], want)
			}
			if _, err := os.Stat(filepath.Join(want.Folder, wanted[i].Files[0].Name)); err != nil {
				t.Error(err)
			}
		}
	}
	if n := w.calls("npm"); n != 1 {
		t.Errorf("npm was called %d times, want once", n)
	}
	wanted[0].Version, wanted[0].Files[0].SHA256 = "1.2.4", strings.Repeat("0", 64)
	w.steps("npm", "scope-libpkg-1.2.4.tgz", "/bin/cp $GOOD/good.tgz $OUT")
	if _, err := packages(context.Background(), slog.New(slog.DiscardHandler), w.cache, wanted); err == nil || !strings.Contains(err.Error(), "kept.so") {
		t.Errorf("a file with another hash: %v", err)
	}
}
