package setup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// attempts is how often a download is tried before its error is reported.
const attempts = 2

// Ensure fetches the items that the cache does not contain yet, from archives
// (.tgz, .deb) in the folder from, or from the network if from is "". It
// returns at once if there are none. A download that fails or has a wrong hash
// is tried a second time. Cancelling ctx leaves no half-filled item.
func Ensure(ctx context.Context, log *slog.Logger, from string, wanted ...Item) error {
	cache, err := Cache()
	if err != nil {
		return err
	}
	return stock{cache, items}.ensure(ctx, log, from, wanted)
}

// stock is a cache, and the table of what it may hold.
type stock struct {
	cache Dir
	table []row
}

func (s stock) ensure(ctx context.Context, log *slog.Logger, from string, wanted []Item) error {
	for _, item := range wanted {
		r, ok := find(s.table, item)
		if !ok {
			return fault.New(fault.Usage, "Set FBNAS_ORT_LIB for a processor that fbnas has no library for.",
				"set-up has no item %q; its items are %s", item, names(s.table))
		}
		if _, err := r.ready(s.cache); err == nil {
			continue
		}
		if err := r.fill(ctx, log, s.cache, from); err != nil {
			return fmt.Errorf("set up %s: %w", r.what, err)
		}
	}
	return nil
}

// fill brings one item into the cache, under its lock.
func (r row) fill(ctx context.Context, log *slog.Logger, cache Dir, from string) error {
	unlock, err := cache.lock(ctx, log, r.item)
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := r.ready(cache); err == nil {
		return nil // another process filled it while this one waited
	}
	work := cache.workspace(r.item)
	defer os.RemoveAll(work)

	tries := attempts
	if from != "" {
		tries = 1
	}
	for try := 1; ; try++ {
		content, err := r.attempt(ctx, log, work, from)
		if err == nil {
			return r.install(log, cache, content)
		}
		var missing *missingTool
		if ctx.Err() != nil || errors.As(err, &missing) || try == tries {
			return err
		}
		log.Warn("download failed, trying again", "item", r.item, "error", err)
	}
}

// attempt returns the folder below work with the verified content.
func (r row) attempt(ctx context.Context, log *slog.Logger, work, from string) (string, error) {
	content, download, err := workplace(work)
	if err != nil {
		return "", err
	}
	var got []archive
	for _, p := range r.parts() {
		one, err := p.take(ctx, log, content, download, from)
		if err != nil {
			return "", err
		}
		got = append(got, one)
	}
	return content, r.seal(content, got)
}

// take obtains one package, verifies it, and unpacks it into content.
func (r row) take(ctx context.Context, log *slog.Logger, content, download, from string) (archive, error) {
	got, err := r.obtain(ctx, log, download, from)
	if err != nil {
		return archive{}, err
	}
	if err := checkDigest(got.path, got.digest); err != nil {
		hint := "It was cut short or changed on its way; run fbnas setup again."
		if from != "" {
			hint = "It is another version, or was cut short. Fetch it again with: " + r.from.byHand(r)
		}
		return archive{}, fault.New(fault.Failure, hint, "%w", err)
	}
	if err := r.from.unpack(ctx, r, got.path, content); err != nil {
		return archive{}, fmt.Errorf("unpack %s: %w", filepath.Base(got.path), err)
	}
	return got, nil
}

// workplace empties work and creates two folders in it. Their parent has a new
// name each time: a tool that outlived a killed set-up may still write to the
// old one.
func workplace(work string) (content, download string, err error) {
	// If such a tool is writing, the removal may fail;
	// the next one will succeed.
	_ = os.RemoveAll(work)
	if err := os.MkdirAll(work, 0o755); err != nil {
		return "", "", err
	}
	try, err := os.MkdirTemp(work, "try-")
	if err != nil {
		return "", "", err
	}
	content, download = filepath.Join(try, "content"), filepath.Join(try, "download")
	return content, download, errors.Join(os.Mkdir(content, 0o755), os.Mkdir(download, 0o755))
}

// obtain finds the archive in the folder from, or downloads it.
func (r row) obtain(ctx context.Context, log *slog.Logger, download, from string) (archive, error) {
	if from == "" {
		log.Info("fetching "+r.what, "from", r.from.name, "package", r.pkg)
		return r.from.fetch(ctx, r, download)
	}
	from, err := filepath.Abs(from)
	if err != nil {
		return archive{}, err
	}
	found, err := fs.Glob(os.DirFS(from), r.archive) // the folder's own name is no pattern
	if err != nil {
		return archive{}, err
	}
	if len(found) != 1 {
		return archive{}, fault.New(fault.Failure, "Put it there with: "+r.from.byHand(r),
			"%d files named %s in %s, want one", len(found), r.archive, from)
	}
	path := filepath.Join(from, found[0])
	log.Info("taking "+r.what, "from", path)
	return archive{path: path, version: r.version, digest: r.digest}, nil
}

// install moves the content to its place in the cache.
func (r row) install(log *slog.Logger, cache Dir, content string) error {
	home := r.home(cache)
	if err := os.MkdirAll(filepath.Dir(home), 0o755); err != nil {
		return err
	}
	if err := os.RemoveAll(home); err != nil {
		return err
	}
	if err := os.Rename(content, home); err != nil {
		return err
	}
	log.Info("ready: "+r.what, "path", home)
	return atomicfile.SyncDir(filepath.Dir(home))
}

func names(table []row) []Item {
	var out []Item
	for _, r := range table {
		out = append(out, r.item)
	}
	return out
}
