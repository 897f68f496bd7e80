package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// pictures are all of the data set, in the order of their paths.
func (w world) pictures() []picture {
	var all []picture
	for s, each := range [sides]int{w.Train, w.Test} {
		for _, c := range w.classes {
			for number := range each {
				all = append(all, w.picture(side(s), c, number))
			}
		}
	}
	slices.SortFunc(all, func(a, b picture) int { return cmp.Compare(a.path, b.path) })
	return all
}

// generate makes the pictures that the folder lacks and returns the digest of all.
// Those that are there were renamed into place whole; only a loss of power can
// leave an empty one, which is made again.
func (w world) generate(ctx context.Context, folder string, progress io.Writer) (digest string, err error) {
	all := w.pictures()
	var missing []picture
	for _, p := range all {
		if info, err := os.Stat(filepath.Join(folder, filepath.FromSlash(p.path))); err != nil || info.Size() == 0 {
			missing = append(missing, p)
		}
	}
	for s := range sides {
		for _, c := range w.classes {
			if err := os.MkdirAll(filepath.Join(folder, s.String(), c.name), 0o755); err != nil {
				return "", err
			}
		}
	}
	done, stop := report(progress, len(missing))
	defer stop()
	err = each(ctx, len(missing), func(i int) error {
		data, err := w.compose(missing[i])
		if err == nil {
			err = put(folder, missing[i].path, data)
		}
		done.Add(1)
		return err
	})
	if err != nil {
		return "", err
	}
	return digestOf(folder, all)
}

// put gives a file its name once its content is written. It is not synced, which would take
// longer than making it.
func put(folder, path string, data []byte) error {
	path = filepath.Join(folder, filepath.FromSlash(path))
	half := filepath.Join(filepath.Dir(path), ".part-"+filepath.Base(path))
	if err := os.WriteFile(half, data, 0o644); err != nil {
		return errors.Join(err, os.Remove(half))
	}
	return os.Rename(half, path)
}

func digestOf(folder string, all []picture) (string, error) {
	list := sha256.New()
	for _, p := range all {
		data, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(p.path)))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(list, "%x  %s\n", sha256.Sum256(data), p.path)
	}
	return fmt.Sprintf("sha256:%x", list.Sum(nil)), nil
}

// pause is the time between two lines of progress.
const pause = 5 * time.Second

// report writes how many of n pictures are done, now and then, until stop.
func report(to io.Writer, n int) (done *atomic.Int64, stop func()) {
	done = new(atomic.Int64)
	begun, tick, end := time.Now(), time.NewTicker(pause), make(chan struct{})
	go func() {
		for {
			select {
			case <-tick.C:
				made := done.Load()
				rate := float64(made) / time.Since(begun).Seconds()
				fmt.Fprintf(to, "%d of %d pictures, %.0f a second, %.0f s left\n", made, n, rate, float64(int64(n)-made)/rate)
			case <-end:
				return
			}
		}
	}()
	return done, func() { tick.Stop(); close(end) }
}
