package rundir

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"fbnas/internal/safetensors"
)

// files is a folder: content by name.
type files map[string]string

func (f files) rename(from, to string) {
	if text, ok := f[from]; ok {
		delete(f, from)
		f[to] = text
	}
}

var errCrash = errors.New("crash")

// crashing is a folder in memory whose machine stops after some operations. A
// write has three outcomes: nothing, half and all of the content.
type crashing struct {
	left    int
	now     files // what processes see
	durable files // what is certainly on the disk
	pending [][2]string
}

func (c *crashing) step() error {
	if c.left == 0 {
		return errCrash
	}
	c.left--
	return nil
}

func (c *crashing) Write(name string, fill func(io.Writer) error) error {
	var b bytes.Buffer
	if err := fill(&b); err != nil {
		return err
	}
	for _, n := range []int{0, b.Len() / 2, b.Len()} {
		if err := c.step(); err != nil {
			return err
		}
		c.now[name] = b.String()[:n]
	}
	c.durable[name] = b.String()
	return nil
}

func (c *crashing) Rename(from, to string) error {
	if err := c.step(); err != nil {
		return err
	}
	if _, ok := c.now[from]; !ok {
		return fs.ErrNotExist
	}
	c.now.rename(from, to)
	c.pending = append(c.pending, [2]string{from, to})
	return nil
}

func (c *crashing) Sync() error {
	if err := c.step(); err != nil {
		return err
	}
	c.durable, c.pending = maps.Clone(c.now), nil
	return nil
}

// outcomes are the folders that may be found afterwards: as processes saw it
// (this process was killed), or with any of the renames that were not yet
// durable (the power failed).
func (c *crashing) outcomes() []files {
	list := []files{c.now}
	for some := range 1 << len(c.pending) {
		f := maps.Clone(c.durable)
		for i, r := range c.pending {
			if some>>i&1 == 1 {
				f.rename(r[0], r[1])
			}
		}
		list = append(list, f)
	}
	return list
}

// loaded is what Load finds in a folder; step -1 if there is no checkpoint.
func loaded(t *testing.T, f files) (step int, damaged bool) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range f {
		write(t, filepath.Join(dir, name), text)
	}
	defer os.RemoveAll(dir)
	c, damaged, err := load(dir, slog.New(slog.DiscardHandler))
	if errors.Is(err, errNone) {
		return -1, false
	}
	if err != nil {
		t.Fatalf("%v cannot be loaded: %v", describe(f), err)
	}
	whole(t, c)
	return c.Step, damaged
}

// describe is a text that differs between different folders.
func describe(f files) string {
	var s string
	for _, name := range slices.Sorted(maps.Keys(f)) {
		file, err := safetensors.Decode(bytes.NewReader([]byte(f[name])), int64(len(f[name])))
		s += fmt.Sprintf("%s: step %s, %t; ", name, file.Metadata[stepKey], err == nil)
	}
	return s
}

// TestEveryCrash visits the folders that crashes can lead to, after up to three
// saves, crashed or not: each loads either what it loaded before or what was
// being saved, and always the latter once the save has returned.
func TestEveryCrash(t *testing.T) {
	damaged := content(t, 2)[:300]
	folders := []files{
		{},
		{checkpointName: damaged, previousName: content(t, 1)},
	}
	known := map[string]bool{}
	for round := range 3 {
		step := 3 + round
		var reached []files
		for _, before := range folders {
			old, damaged := loaded(t, before)
			for crash, finished := 0, false; !finished; crash++ {
				disk := &crashing{left: crash, now: maps.Clone(before), durable: maps.Clone(before)}
				fill := func(w io.Writer) error {
					_, err := io.WriteString(w, content(t, step))
					return err
				}
				err := replace(disk, fill, !damaged)
				if err != nil && !errors.Is(err, errCrash) {
					t.Fatal(err)
				}
				finished = err == nil
				for _, after := range disk.outcomes() {
					got, _ := loaded(t, after)
					if got != step && (finished || got != old) {
						t.Fatalf("before %s\nafter crash %d of saving step %d (finished %t) %s\nloaded step %d, want %d or %d",
							describe(before), crash, step, finished, describe(after), got, old, step)
					}
					if name := describe(after); !known[name] {
						known[name] = true
						reached = append(reached, after)
					}
				}
			}
		}
		folders = reached
	}
	if len(known) < 30 {
		t.Errorf("only %d folders were reached", len(known))
	}
}

// content is the file of the checkpoint at a step.
func content(t *testing.T, step int) string {
	t.Helper()
	f, err := at(t, step).file()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, f); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
