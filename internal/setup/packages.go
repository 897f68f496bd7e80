package setup

import (
	"context"
	"log/slog"
	"path"
	"strings"
)

// Package is a package of which a program of the project's developers needs some
// files. It is no item: users never fetch it, and its table is the program's.
type Package struct {
	From    Registry
	Name    string
	Version string // of an npm package; Debian has one in each release
	Digest  string // of an npm package's archive: "sha512:<hex>"; Debian's is in apt's index
	Files   []PackageFile
}

// PackageFile is one file that is kept of a package.
type PackageFile struct {
	Name   string // in the folder that Packages returns
	Member string // its path in the package
	SHA256 string // hex; empty: any content, as far as the archive's digest allows
}

// Registry is where a package comes from.
type Registry string

// The registries.
const (
	NPM    Registry = "npm"
	Debian Registry = "debian"
)

var registries = map[Registry]source{NPM: npm, Debian: debian}

// packagesDir holds packages, below the cache root. Clean leaves it alone, as it
// leaves all that is not in the table of items.
const packagesDir = "packages"

// Fetched is a package in the cache.
type Fetched struct {
	Folder  string // holds the files that are kept
	Version string
	Digest  string // of the archive
}

// Packages fetches the packages that the cache does not hold yet, as [Ensure]
// does with items, and says where each of them is.
func Packages(ctx context.Context, log *slog.Logger, wanted ...Package) ([]Fetched, error) {
	cache, err := Cache()
	if err != nil {
		return nil, err
	}
	return packages(ctx, log, cache, wanted)
}

func packages(ctx context.Context, log *slog.Logger, cache Dir, wanted []Package) ([]Fetched, error) {
	var out []Fetched
	for _, p := range wanted {
		r := p.row()
		if err := (stock{cache, []row{r}}).ensure(ctx, log, "", []Item{r.item}); err != nil {
			return nil, err
		}
		m, err := r.ready(cache)
		if err != nil {
			return nil, err
		}
		out = append(out, Fetched{r.home(cache), m.Version, m.Archive})
	}
	return out, nil
}

// row is the package as a row of a table of items.
func (p Package) row() row {
	flat := strings.NewReplacer("@", "", "/", "-").Replace(p.Name)
	r := row{
		item: Item(string(p.From) + "-" + flat), what: p.Name, from: registries[p.From],
		pkg: p.Name, version: p.Version, digest: p.Digest, archive: flat + "-" + p.Version + ".tgz",
		dir: path.Join(packagesDir, string(p.From), flat, p.Version),
	}
	if p.From == Debian {
		r.archive = flat + "_*.deb"
	}
	for _, f := range p.Files {
		r.files = append(r.files, file{path: f.Name, member: f.Member, sha256: f.SHA256})
	}
	return r
}
