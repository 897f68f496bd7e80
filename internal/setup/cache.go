package setup

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"fbnas/internal/fault"
)

// Dir is the root of fbnas's cache.
type Dir string

// Cache returns the cache's root: $FBNAS_CACHE, otherwise $XDG_CACHE_HOME/fbnas,
// otherwise ~/.cache/fbnas. The folder need not exist.
func Cache() (Dir, error) {
	if d := os.Getenv("FBNAS_CACHE"); d != "" {
		abs, err := filepath.Abs(d)
		if err != nil {
			return "", fmt.Errorf("cache folder FBNAS_CACHE=%s: %w", d, err)
		}
		return Dir(abs), nil
	}
	d, err := os.UserCacheDir()
	if err != nil {
		return "", fault.New(fault.Failure, "Set FBNAS_CACHE to a folder that fbnas may fill.", "find the cache folder: %w", err)
	}
	return Dir(filepath.Join(d, "fbnas")), nil
}

// lockPoll is how often a process that waits for another one's set-up tries
// again; flock itself cannot be cancelled.
const lockPoll = 100 * time.Millisecond

// lock takes the exclusive lock of one item, so that two processes do not fill
// the same folder, and returns the function that releases it. The kernel releases the
// lock of a process that dies.
func (d Dir) lock(ctx context.Context, log *slog.Logger, item Item) (unlock func(), err error) {
	path := filepath.Join(string(d), "locks", string(item))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fault.New(fault.Failure, "Set FBNAS_CACHE to a folder that fbnas may fill.", "make the cache: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock the cache: %w", err)
	}
	for waited := false; ; waited = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !waited {
			log.Info("waiting for another fbnas that is setting up", "item", item)
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(lockPoll):
		}
	}
}

// Clean removes everything that set-up has put into the cache, partial
// downloads included, and nothing else. It returns the folders that it removed.
func Clean(ctx context.Context, log *slog.Logger) (removed []string, err error) {
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	for _, r := range items {
		unlock, err := cache.lock(ctx, log, r.item)
		if err != nil {
			return removed, err
		}
		for _, folder := range []string{r.home(cache), cache.workspace(r.item)} {
			if _, missing := os.Lstat(folder); missing != nil {
				continue
			}
			if failed := os.RemoveAll(folder); failed != nil {
				err = errors.Join(err, failed)
				continue
			}
			removed = append(removed, folder)
		}
		unlock()
		if err != nil {
			return removed, fmt.Errorf("clean %s: %w", r.what, err)
		}
	}
	return removed, nil
}

// workspace is the folder in which an item is downloaded and unpacked before it is
// verified. Its name is fixed, so that the next set-up removes what a killed one left.
func (d Dir) workspace(item Item) string {
	return filepath.Join(string(d), "partial", string(item))
}
