package setup

import (
	"context"
	"os"
	"path/filepath"
	"strings"
)

// aptDownload downloads a Debian package without root: apt has its own lists and
// caches below dir and takes only sources and keys from the
// system. The digest comes from the index whose signature apt has checked.
func aptDownload(ctx context.Context, r row, dir string) (archive, error) {
	options, err := aptOptions(ctx, r, dir)
	if err != nil {
		return archive{}, err
	}
	with := func(verb ...string) []string { return append(append([]string{}, options...), verb...) }
	pkg := r.pkg
	show, err := run(ctx, dir, "apt-cache", with("--no-all-versions", "show", pkg)...)
	if err == nil && r.meta {
		pkg, _, _ = strings.Cut(field(show, "Depends"), " ")
		show, err = run(ctx, dir, "apt-cache", with("--no-all-versions", "show", pkg)...)
	}
	if err != nil {
		return archive{}, err
	}
	if _, err := run(ctx, dir, "apt-get", with("-qq", "download", pkg)...); err != nil {
		return archive{}, err
	}
	path, err := theOne(dir, r.archive)
	return archive{path: path, version: field(show, "Version"), digest: "sha256:" + field(show, "SHA256")}, err
}

// aptOptions are the options of apt's programs. The lists are fetched for the
// first package of a row.
func aptOptions(ctx context.Context, r row, dir string) ([]string, error) {
	apt := filepath.Join(dir, "apt")
	options := []string{
		"-o", "Dir::State=" + filepath.Join(apt, "state"),
		"-o", "Dir::Cache=" + filepath.Join(apt, "cache"),
		"-o", "Dir::State::status=/var/lib/dpkg/status",
		"-o", "Debug::NoLocking=1",
	}
	if r.arch != "" {
		options = append(options, "-o", "APT::Architecture="+r.arch, "-o", "APT::Architectures::="+r.arch)
	}
	if _, err := os.Stat(apt); err == nil {
		return options, nil
	}
	for _, d := range []string{"state/lists/partial", "cache/archives/partial"} {
		if err := os.MkdirAll(filepath.Join(apt, d), 0o755); err != nil {
			return nil, err
		}
	}
	_, err := run(ctx, dir, "apt-get", append(append([]string{}, options...), "-qq", "update")...)
	return options, err
}

// field returns the first value of a field in apt-cache's output.
func field(show, name string) string {
	for line := range strings.Lines(show) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// debianByHand is the command that fetches a package on another machine.
func debianByHand(r row) string {
	command := "apt-get download " + r.pkg
	if r.arch != "" {
		command += ":" + r.arch
	}
	if r.meta {
		command += ", and what that depends on"
	}
	return command
}

// dpkgUnpack unpacks a .deb, or only the row's members if it names any. If a
// row has several packages, each contains some of them; seal reports a missing one.
func dpkgUnpack(ctx context.Context, r row, path, dir string) error {
	chosen := r.files[0].member != ""
	all := dir
	if chosen {
		all = path + ".unpacked"
		if err := os.Mkdir(all, 0o755); err != nil {
			return err
		}
	}
	if _, err := run(ctx, dir, "dpkg-deb", "-x", path, all); err != nil || !chosen {
		return err
	}
	for _, w := range r.files {
		if err := keep(filepath.Join(all, filepath.FromSlash(w.member)), filepath.Join(dir, filepath.FromSlash(w.path))); err != nil {
			return err
		}
	}
	return os.RemoveAll(all)
}

// keep moves the file that matches a pattern, if there is one.
func keep(pattern, to string) error {
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		return err
	}
	return os.Rename(found[0], to)
}
