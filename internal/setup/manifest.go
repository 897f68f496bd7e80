package setup

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fbnas/internal/atomicfile"
)

const manifestName = "fbnas-manifest.json"

// manifest is written into an item's folder after everything in it has been
// verified; because of it, later calls return at once.
type manifest struct {
	Item    Item         `json:"item"`
	Package string       `json:"package"`
	Version string       `json:"version"`
	Archive string       `json:"archive_digest"`
	With    []string     `json:"with_digests,omitempty"` // of the further packages
	Files   []sealedFile `json:"files"`
	Time    time.Time    `json:"time"`
}

type sealedFile struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// seal verifies the unpacked files and writes the manifest beside them.
func (r row) seal(content string, got []archive) error {
	m := manifest{Item: r.item, Package: r.pkg, Version: got[0].version, Archive: got[0].digest, Time: time.Now().UTC()}
	for _, further := range got[1:] {
		m.With = append(m.With, further.digest)
	}
	for _, f := range r.files {
		path := filepath.Join(content, filepath.FromSlash(f.path))
		if f.sha256 != "" {
			if err := checkDigest(path, "sha256:"+f.sha256); err != nil {
				return err
			}
		}
		sum, n, err := sumFile(path, sha256.New())
		if err != nil {
			return err
		}
		m.Files = append(m.Files, sealedFile{Path: f.path, Bytes: n, SHA256: sum})
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(content, manifestName), append(data, '\n'))
}

// ready returns the manifest of an item that is complete in the cache: sealed,
// of the pinned version, with all files in their sizes.
func (r row) ready(cache Dir) (manifest, error) {
	var m manifest
	home := r.home(cache)
	data, err := os.ReadFile(filepath.Join(home, manifestName))
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("read %s: %w", filepath.Join(home, manifestName), err)
	}
	if m.Item != r.item || (r.version != "" && m.Version != r.version) || len(m.Files) != len(r.files) {
		return m, fmt.Errorf("%s holds %s %s, not %s %s", home, m.Item, m.Version, r.item, r.version)
	}
	for i, f := range m.Files {
		if f.Path != r.files[i].path {
			return m, fmt.Errorf("%s lists %s, want %s", home, f.Path, r.files[i].path)
		}
		info, err := os.Stat(filepath.Join(home, filepath.FromSlash(f.Path)))
		if err != nil {
			return m, err
		}
		if info.Size() != f.Bytes {
			return m, fmt.Errorf("%s has %d bytes, had %d when it was verified", f.Path, info.Size(), f.Bytes)
		}
	}
	return m, nil
}

// digests maps the prefix of a digest ("sha256:<hex>") to its hash function.
var digests = map[string]func() hash.Hash{"sha256": sha256.New, "sha512": sha512.New}

func checkDigest(path, want string) error {
	kind, _, _ := strings.Cut(want, ":")
	newHash, ok := digests[kind]
	if !ok {
		return fmt.Errorf("%s: no digest to check it against (%q)", filepath.Base(path), want)
	}
	sum, n, err := sumFile(path, newHash())
	if err != nil {
		return err
	}
	if got := kind + ":" + sum; got != want {
		return fmt.Errorf("%s (%d bytes) has %s, want %s", filepath.Base(path), n, got, want)
	}
	return nil
}

func sumFile(path string, h hash.Hash) (sum string, n int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	if n, err = io.Copy(h, f); err != nil {
		return "", 0, fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), n, nil
}
