package setup

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"fbnas/internal/fault"
)

func TestDownload(t *testing.T) {
	const (
		good  = "/bin/cp $GOOD/good.tgz $OUT"
		cut   = "/usr/bin/head -c 40 $GOOD/good.tgz >$OUT"
		dies  = cut + "; echo connection reset >&2; exit 1"
		other = "echo something else >$OUT"
	)
	for _, c := range []struct {
		name  string
		steps []string
		calls int
		want  string // in the error; empty: success
	}{
		{"good", []string{good}, 1, ""},
		{"truncated, then good", []string{cut, good}, 2, ""},
		{"changed, then good", []string{other, good}, 2, ""},
		{"interrupted, then good", []string{dies, good}, 2, ""},
		{"always truncated", []string{cut}, 2, "libpkg-1.2.3.tgz (40 bytes) has sha512:"},
		{"always interrupted", []string{dies}, 2, "connection reset"},
		{"leaves nothing", []string{"true"}, 2, "0 files named libpkg-1.2.3.tgz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			w.steps("npm", "libpkg-1.2.3.tgz", c.steps...)
			err := w.ensure("", "lib")
			if got := w.calls("npm"); got != c.calls {
				t.Errorf("npm was called %d times, want %d", got, c.calls)
			}
			if left, _ := os.ReadDir(w.cache.workspace("lib")); len(left) != 0 {
				t.Errorf("%d files left in the workspace", len(left))
			}
			_, ready := w.table[0].ready(w.cache)
			if c.want != "" {
				if err == nil || !strings.Contains(err.Error(), c.want) || fault.HintOf(err) == "" {
					t.Fatalf("error %v (hint %q), want %q and a hint", err, fault.HintOf(err), c.want)
				}
				if ready == nil {
					t.Fatal("a failed download was sealed")
				}
				return
			}
			if err != nil || ready != nil {
				t.Fatalf("ensure: %v; ready: %v", err, ready)
			}
			if err := w.ensure("", "lib"); err != nil || w.calls("npm") != c.calls {
				t.Fatalf("a second ensure: %v, npm called %d times in all", err, w.calls("npm"))
			}
		})
	}
}

func TestDebianPackage(t *testing.T) {
	w := newWorld(t)
	// The first download (call 2, after update) is cut short.
	download := "case \"$*\" in *update) ;; *download*) "
	w.steps("apt-get", "datapkg_7-1_all.deb", "true", "/usr/bin/head -c 9 $GOOD/good.deb >$OUT", download+"/bin/cp $GOOD/good.deb $OUT;; esac")
	if err := w.ensure("", "data"); err != nil {
		t.Fatal(err)
	}
	m, err := w.table[1].ready(w.cache)
	if err != nil || m.Version != "7-1" || m.Archive != w.table[1].digest {
		t.Fatalf("manifest %+v (%v), want version 7-1 with the index's digest", m, err)
	}
	if n := w.calls("apt-get"); n != 4 {
		t.Fatalf("apt-get was called %d times, want update and download twice", n)
	}
}

// TestSeveralPackages fills one item from two packages, and keeps only
// the files that the row names.
func TestSeveralPackages(t *testing.T) {
	w := newWorld(t)
	r := w.table[1]
	r.with = []part{{"morepkg", "morepkg_*.deb", r.digest}}
	r.files = []file{{path: "first.so", member: "usr/datapkg_1.deb"}, {path: "more.so", member: "usr/morepkg_1.deb"}}
	from := t.TempDir()
	for _, name := range []string{"datapkg_1.deb", "morepkg_1.deb"} {
		if err := os.WriteFile(filepath.Join(from, name), w.deb, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	w.tool("dpkg-deb", "/bin/mkdir -p $3/usr && /bin/cp $2 $3/usr/ && /bin/touch $3/usr/unwanted")
	w.table[1] = r
	if err := w.ensure(from, "data"); err != nil {
		t.Fatal(err)
	}
	m, err := r.ready(w.cache)
	if err != nil || len(m.With) != 1 || m.With[0] != r.digest {
		t.Errorf("%+v, %v", m, err)
	}
	entries, err := os.ReadDir(r.home(w.cache))
	if err != nil || len(entries) != 3 { // the manifest is the third
		t.Errorf("the item holds %v, %v", entries, err)
	}

	r.files[1].member = "usr/nowhere"
	r.dir = "debian/other"
	w.table[1] = r
	if err := w.ensure(from, "data"); err == nil || !strings.Contains(err.Error(), "more.so") {
		t.Errorf("a member that is in no package: %v", err)
	}
}

// TestForeignPackage fetches a dependency of a package for another processor,
// and keeps a file whose name contains a version.
func TestForeignPackage(t *testing.T) {
	w := newWorld(t)
	r := w.table[1]
	r.pkg, r.meta, r.arch, r.archive = "metapkg", true, "arm64", "datapkg-*_arm64.deb"
	r.files = []file{{path: "kernel", member: "usr/kernel-*"}}
	r.with = []part{{"morepkg", "morepkg_*.deb", r.digest}}
	w.table[1] = r
	arm := "case \"$*\" in *APT::Architecture=arm64*) ;; *) exit 1;; esac\n"
	w.tool("apt-cache", arm+`case "$*" in *metapkg) echo "Depends: datapkg-6.1 (= 7-1), other";; *) echo "Version: 7-1"; echo "SHA256: `+
		strings.TrimPrefix(r.digest, "sha256:")+`";; esac`)
	w.tool("apt-get", arm+`case "$*" in
*update) echo x >>$0.updates;;
*"download datapkg-6.1") /bin/cp `+w.bin+`/good.deb datapkg-6.1_7_arm64.deb;;
*"download morepkg") /bin/cp `+w.bin+`/good.deb morepkg_7.deb;;
*) exit 1;; esac`)
	w.tool("dpkg-deb", "case $2 in *datapkg*) /bin/mkdir -p $3/usr && /bin/cp $2 $3/usr/kernel-6.1;; esac")
	if err := w.ensure("", "data"); err != nil {
		t.Fatal(err)
	}
	if m, err := r.ready(w.cache); err != nil || m.Version != "7-1" {
		t.Errorf("%+v, %v", m, err)
	}
	if updates, err := os.ReadFile(filepath.Join(w.bin, "apt-get.updates")); err != nil || string(updates) != "x\n" {
		t.Errorf("the lists were fetched %q times, %v", updates, err)
	}
	w.table[1].dir = "debian/other"
	err := w.ensure(t.TempDir(), "data")
	if hint := fault.HintOf(err); !strings.Contains(hint, "apt-get download metapkg:arm64, and what that depends on") {
		t.Errorf("%v (hint %q)", err, hint)
	}
}

func TestDamagedCacheIsFilledAgain(t *testing.T) {
	w := newWorld(t)
	w.steps("npm", "libpkg-1.2.3.tgz", "/bin/cp $GOOD/good.tgz $OUT")
	// Files that a killed set-up left must not end up in the item.
	stale := filepath.Join(w.cache.workspace("lib"), "content", "stale")
	if err := os.MkdirAll(stale, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := w.ensure("", "lib"); err != nil {
		t.Fatal(err)
	}
	home := w.table[0].home(w.cache)
	if _, err := os.Stat(filepath.Join(home, "stale")); err == nil {
		t.Fatal("the leftover of a killed set-up is in the cache")
	}
	if err := os.Truncate(filepath.Join(home, "lib.so"), 3); err != nil {
		t.Fatal(err)
	}
	if err := w.ensure("", "lib"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.table[0].ready(w.cache); err != nil || w.calls("npm") != 2 {
		t.Fatalf("ready: %v after %d downloads, want a second one", err, w.calls("npm"))
	}
}

func TestFromFolder(t *testing.T) {
	for _, c := range []struct {
		name string
		file string
		data func(*world) []byte
		want string
	}{
		{"good", "libpkg-1.2.3.tgz", func(w *world) []byte { return w.tgz }, ""},
		{"corrupt", "libpkg-1.2.3.tgz", func(w *world) []byte { return w.tgz[:50] }, "(50 bytes) has sha512:"},
		{"another version", "libpkg-1.2.4.tgz", func(w *world) []byte { return w.tgz }, "0 files named libpkg-1.2.3.tgz"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, from := newWorld(t), t.TempDir()
			if err := os.WriteFile(filepath.Join(from, c.file), c.data(w), 0o644); err != nil {
				t.Fatal(err)
			}
			err := w.ensure(from, "lib")
			if c.want == "" {
				if _, ready := w.table[0].ready(w.cache); err != nil || ready != nil {
					t.Fatalf("ensure: %v; ready: %v", err, ready)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(fault.HintOf(err), "npm pack libpkg@1.2.3") {
				t.Fatalf("error %v (hint %q), want %q and the command", err, fault.HintOf(err), c.want)
			}
		})
	}
}

func TestMissingTool(t *testing.T) {
	w := newWorld(t)
	for item, want := range map[Item]string{"lib": "npm is not installed", "data": "apt-get is not installed"} {
		err := w.ensure("", item)
		if err == nil || !strings.Contains(err.Error(), want) || fault.HintOf(err) == "" {
			t.Errorf("%s: error %v (hint %q), want %q and a hint", item, err, fault.HintOf(err), want)
		}
	}
	if err := w.ensure("", "nothing"); fault.CodeOf(err) != fault.Usage {
		t.Errorf("unknown item: %v, want a usage fault", err)
	}
}

func TestTwoFillsAtOnceDownloadOnce(t *testing.T) {
	w := newWorld(t)
	w.steps("npm", "libpkg-1.2.3.tgz", "/bin/cp $GOOD/good.tgz $OUT")
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { errs[i] = w.ensure("", "lib") })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil || w.calls("npm") != 1 {
		t.Fatalf("%v; npm was called %d times, want 1", err, w.calls("npm"))
	}
}

func TestCancelledFill(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(context.Background())
	w.table[0].from.fetch = func(ctx context.Context, r row, dir string) (archive, error) {
		cancel()
		return npmPack(ctx, r, dir)
	}
	w.steps("npm", "libpkg-1.2.3.tgz", "/bin/cp $GOOD/good.tgz $OUT")
	err := w.stock().ensure(ctx, slog.New(slog.DiscardHandler), "", []Item{"lib"})
	if fault.CodeOf(err) != fault.Interrupted {
		t.Fatalf("error %v, want an interruption", err)
	}
	unlock, err := w.cache.lock(context.Background(), slog.New(slog.DiscardHandler), "lib")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	if err := w.stock().ensure(ctx, slog.New(slog.DiscardHandler), "", []Item{"lib"}); !errors.Is(err, context.Canceled) {
		t.Fatalf("waiting for the lock: %v, want the cancellation", err)
	}
}
