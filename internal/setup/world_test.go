package setup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

const member = "package/lib.so"

// world is a machine with fake tools: each call of npm or apt-get's download
// runs the next step of a script and is counted.
type world struct {
	t     *testing.T
	bin   string // the only folder of programs besides the system's
	cache Dir
	table []row
	tgz   []byte
	deb   []byte
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, bin: t.TempDir(), cache: Dir(t.TempDir()), deb: []byte("!<arch> a package, in spirit")}
	lib := []byte("a shared library, in spirit")
	w.tgz = tarball(t, map[string][]byte{"package/other": []byte("x"), member: lib})
	sum512, sum256, sumDeb := sha512.Sum512(w.tgz), sha256.Sum256(lib), sha256.Sum256(w.deb)
	w.table = []row{
		{
			item: "lib", what: "the library", from: npm, pkg: "libpkg", version: "1.2.3", archive: "libpkg-1.2.3.tgz",
			digest: "sha512:" + hex.EncodeToString(sum512[:]), dir: "lib/1.2.3",
			files: []file{{path: "lib.so", member: member, sha256: hex.EncodeToString(sum256[:])}},
		},
		{
			item: "data", what: "the data", from: debian, pkg: "datapkg", archive: "datapkg_*.deb",
			digest: "sha256:" + hex.EncodeToString(sumDeb[:]), dir: "debian/datapkg",
			files: []file{{path: "usr/data.txt"}},
		},
	}
	w.write("good.tgz", w.tgz)
	w.write("good.deb", w.deb)
	t.Setenv("PATH", w.bin)
	w.tool("apt-cache", "printf 'Package: datapkg\\nVersion: 7-1\\nSHA256: "+hex.EncodeToString(sumDeb[:])+"\\n\\n'")
	w.tool("dpkg-deb", "/bin/mkdir -p $3/usr && /bin/cp $2 $3/usr/data.txt")
	return w
}

func tarball(t *testing.T, files map[string][]byte) []byte {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	tw := tar.NewWriter(zw)
	for name, data := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(tw.Close(), zw.Close()); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func (w *world) write(name string, data []byte) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.bin, name), data, 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// tool installs a program that logs its call and runs body.
func (w *world) tool(name, body string) {
	w.t.Helper()
	script := fmt.Sprintf("#!/bin/sh\necho x >>%s/%s.calls\n%s\n", w.bin, name, body)
	if err := os.WriteFile(filepath.Join(w.bin, name), []byte(script), 0o755); err != nil {
		w.t.Fatal(err)
	}
}

// steps installs a program whose n-th call runs the n-th step, and every later call
// the last one. In a step, $OUT is the file that a download should create.
func (w *world) steps(name, out string, steps ...string) {
	body := "n=$(/usr/bin/wc -l <" + w.bin + "/" + name + ".calls)\nGOOD=" + w.bin + "\nOUT=$PWD/" + out + "\n"
	for i, s := range steps {
		cond := fmt.Sprintf("[ $n -eq %d ]", i+1)
		if i == len(steps)-1 {
			cond = "true"
		}
		body += "if " + cond + "; then " + s + "; exit; fi\n"
	}
	w.tool(name, body)
}

func (w *world) calls(name string) int {
	data, _ := os.ReadFile(filepath.Join(w.bin, name+".calls"))
	return bytes.Count(data, []byte("\n"))
}

func (w *world) stock() stock { return stock{w.cache, w.table} }

func (w *world) ensure(from string, items ...Item) error {
	return w.stock().ensure(context.Background(), slog.New(slog.DiscardHandler), from, items)
}
