package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// made makes a data set and returns its manifest.
func made(t *testing.T, folder string, o options) manifest {
	t.Helper()
	w := world0(t, o)
	if err := w.make(context.Background(), folder, fixture().packages, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := readJSON(filepath.Join(folder, manifestName), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// files are the pictures of a folder, by path.
func files(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || path == manifestName {
			return err
		}
		data, err := os.ReadFile(filepath.Join(folder, path))
		out[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestTheSameOptionsGiveTheSameBytes(t *testing.T) {
	folder := t.TempDir()
	first, second := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	m := made(t, first, few())
	if again := made(t, second, few()); again.Digest != m.Digest {
		t.Errorf("digests %s and %s", m.Digest, again.Digest)
	}
	a, b := files(t, first), files(t, second)
	if len(a) != 3*(8+3) || len(b) != len(a) {
		t.Fatalf("%d and %d files, want 33", len(a), len(b))
	}
	for path, data := range a {
		img, err := jpeg.Decode(strings.NewReader(data))
		if err != nil || img.Bounds().Dx() != 24 || img.Bounds().Dy() != 24 {
			t.Errorf("%s: %v", path, err)
		}
		if b[path] != data {
			t.Errorf("%s differs", path)
		}
	}
	// The digest is that of sha256sum's list.
	list := sha256.New()
	for _, p := range world0(t, few()).pictures() {
		fmt.Fprintf(list, "%x  %s\n", sha256.Sum256([]byte(a[p.path])), p.path)
	}
	if want := fmt.Sprintf("sha256:%x", list.Sum(nil)); m.Digest != want {
		t.Errorf("digest %s, want %s", m.Digest, want)
	}

}

// TestWhatAPictureDependsOn: how many classes and pictures there are changes no
// picture; the seed changes all.
func TestWhatAPictureDependsOn(t *testing.T) {
	folder := t.TempDir()
	made(t, filepath.Join(folder, "a"), few())
	a := files(t, filepath.Join(folder, "a"))
	more := few()
	more.Train, more.Test, more.Classes = 9, 4, 2
	made(t, filepath.Join(folder, "more"), more)
	common := 0
	for path, data := range files(t, filepath.Join(folder, "more")) {
		if want, ok := a[path]; ok {
			common++
			if data != want {
				t.Errorf("%s is another picture in a larger data set", path)
			}
		}
	}
	if common != 2*(8+3) {
		t.Errorf("%d pictures in common, want 22", common)
	}
	other := few()
	other.Seed = 2
	made(t, filepath.Join(folder, "other"), other)
	for path, data := range files(t, filepath.Join(folder, "other")) {
		if a[path] == data {
			t.Errorf("%s does not depend on the seed", path)
		}
	}
}

func TestAnInterruptedDataSetGoesOn(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "set")
	want := made(t, filepath.Join(t.TempDir(), "whole"), few())

	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("a signal"))
	w := world0(t, few())
	if err := w.make(ctx, folder, fixture().packages, io.Discard, io.Discard); fault.CodeOf(err) != fault.Interrupted || fault.HintOf(err) == "" {
		t.Fatalf("cancelled: %v", err)
	}
	var m manifest
	if err := readJSON(filepath.Join(folder, manifestName), &m); err != nil || m.Digest != "" {
		t.Fatalf("the manifest of an interrupted data set has the digest %q (%v)", m.Digest, err)
	}
	if got := made(t, folder, few()); got.Digest != want.Digest {
		t.Errorf("gone on: %s, want %s", got.Digest, want.Digest)
	}

	// What is missing or empty is made again, what is there is kept.
	paths := w.pictures()
	lost, empty, kept := filepath.Join(folder, paths[3].path), filepath.Join(folder, paths[4].path), filepath.Join(folder, paths[5].path)
	if err := errors.Join(os.Remove(lost), os.Truncate(empty, 0)); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(kept)
	if err != nil {
		t.Fatal(err)
	}
	if got := made(t, folder, few()); got.Digest != want.Digest {
		t.Errorf("mended: %s, want %s", got.Digest, want.Digest)
	}
	after, err := os.Stat(kept)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("%s was made again (%v)", kept, err)
	}

	// A file that has changed is found.
	if err := os.WriteFile(kept, []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := w.make(context.Background(), folder, fixture().packages, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "some have changed") {
		t.Errorf("a changed file: %v", err)
	}
}

func TestAnotherDataSetInTheFolder(t *testing.T) {
	folder := t.TempDir()
	set := filepath.Join(folder, "set")
	made(t, set, few())
	other := few()
	other.Hide = 0.5
	err := world0(t, other).make(context.Background(), set, fixture().packages, io.Discard, io.Discard)
	if err == nil || !strings.HasSuffix(err.Error(), "differs in options") || fault.HintOf(err) == "" {
		t.Errorf("other options: %v", err)
	}
	newer := []packageRecord{{Name: "paint", Version: "2", Licence: "CC0-1.0"}}
	err = world0(t, few()).make(context.Background(), set, newer, io.Discard, io.Discard)
	if err == nil || !strings.HasSuffix(err.Error(), "differs in packages") {
		t.Errorf("other packages: %v", err)
	}
	err = world0(t, few()).make(context.Background(), folder, newer, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "not empty") || fault.CodeOf(err) != fault.Usage {
		t.Errorf("a folder of something else: %v", err)
	}
}

func TestManifest(t *testing.T) {
	m := made(t, filepath.Join(t.TempDir(), "set"), few())
	if !strings.HasPrefix(m.About, "synthetic") || m.Options != few() || m.Train.Images != 24 || m.Test.Images != 9 || len(m.Classes) != 3 || len(m.Packages) != 1 {
		t.Errorf("%+v", m)
	}
	if strings.Join(m.Test.Vendors, " ") != "twemoji" || strings.Join(m.Test.Photographs, " ") != "test0 test1 test2" {
		t.Errorf("testing has %+v", m.Test)
	}
}

// TestLicences: every package says whose terms its files have.
func TestLicences(t *testing.T) {
	records := map[string]string{}
	for _, v := range vendors {
		records[v.name] = recordOf(v.icons(), setup.Fetched{}).Licence
	}
	for _, w := range backgrounds {
		records[w.pkg] = recordOf(w.photographs(), setup.Fetched{}).Licence
	}
	records[emojiData.Name] = recordOf(emojiData, setup.Fetched{}).Licence
	records[renderer.Name] = recordOf(renderer, setup.Fetched{}).Licence
	for name, licence := range records {
		if licence == "" {
			t.Errorf("%s has no licence", name)
		}
	}
	if got := records["lomiri-wallpapers-16.04"]; got != "CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0" {
		t.Errorf("lomiri-wallpapers-16.04 has %s", got)
	}
}

func TestHelp(t *testing.T) {
	var help bytes.Buffer
	if _, _, err := parse([]string{"-o", "x", "--size", "48"}, &help); err != nil {
		t.Error(err)
	}
	if _, _, err := parse([]string{"folder"}, &help); fault.CodeOf(err) != fault.Usage {
		t.Errorf("an argument: %v", err)
	}
}
