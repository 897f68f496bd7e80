package setup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"fbnas/internal/fault"
)

// archive is a package's file before it is verified.
type archive struct{ path, version, digest string }

// source is a place from which this machine gets packages.
type source struct {
	name   string
	fetch  func(ctx context.Context, r row, dir string) (archive, error)
	unpack func(ctx context.Context, r row, path, dir string) error
	byHand func(r row) string // the command that fetches the archive on another machine
}

var (
	npm = source{
		name: "npm", fetch: npmPack, unpack: untar,
		byHand: func(r row) string { return "npm pack " + r.pkg + "@" + r.version },
	}
	debian = source{
		name: "Debian", fetch: aptDownload, unpack: dpkgUnpack,
		byHand: debianByHand,
	}
)

// npmPack downloads the package's tarball. No code of the package is run and
// none of its dependencies are fetched.
func npmPack(ctx context.Context, r row, dir string) (archive, error) {
	_, err := run(ctx, dir, "npm", "pack", r.pkg+"@"+r.version, "--ignore-scripts", "--loglevel=error", "--pack-destination", dir)
	if err != nil {
		return archive{}, err
	}
	path, err := theOne(dir, r.archive)
	return archive{path: path, version: r.version, digest: r.digest}, err
}

// untar keeps the row's members of a .tgz, each under its new name.
func untar(_ context.Context, r row, path, dir string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	wanted := map[string]string{}
	for _, w := range r.files {
		wanted[w.member] = filepath.Join(dir, filepath.FromSlash(w.path))
	}
	for tr := tar.NewReader(zr); len(wanted) > 0; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("it lacks %d of the %d files wanted", len(wanted), len(r.files))
		}
		if err != nil {
			return err
		}
		if out, ok := wanted[h.Name]; ok {
			if err := writeTo(out, tr); err != nil {
				return err
			}
			delete(wanted, h.Name)
		}
	}
	return nil
}

func writeTo(path string, r io.Reader) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Sync(), f.Close())
}

// theOne returns the only file in dir that matches the pattern.
func theOne(dir, pattern string) (string, error) {
	found, err := filepath.Glob(filepath.Join(dir, pattern))
	if err == nil && len(found) != 1 {
		err = fault.New(fault.Failure, retryHint, "the download left %d files named %s, want one", len(found), pattern)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// missingTool is an error that a second attempt cannot fix.
type missingTool struct{ name string }

func (e *missingTool) Error() string { return e.name + " is not installed" }

// toolHints says how to get each program that sources run.
var toolHints = map[string]string{
	"npm":       "Install it (sudo apt-get install npm), or set FBNAS_ORT_LIB to a libonnxruntime.so that is here already.",
	"apt-get":   "This needs Debian's apt; elsewhere, fetch the .deb on a Debian machine and use fbnas setup --from DIR.",
	"apt-cache": "This needs Debian's apt; elsewhere, fetch the .deb on a Debian machine and use fbnas setup --from DIR.",
	"dpkg-deb":  "Install it (the package is called dpkg in every distribution).",
}

const retryHint = "Check the network and the tool's configuration, then run fbnas setup again."

// run runs a tool in dir and returns its standard output; its error contains
// the end of the tool's output.
func run(ctx context.Context, dir, name string, args ...string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.New(fault.Failure, toolHints[name], "%w", &missingTool{name})
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "DEBIAN_FRONTEND=noninteractive")
	cmd.WaitDelay = 5 * time.Second // a tool's own children may keep its pipes open
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fault.New(fault.Failure, retryHint, "%s: %w: %s", name, err, tail(errs.String()))
	}
	return out.String(), nil
}

// tail is the last lines of a tool's output, on one line.
func tail(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-4):], "; ")
}
