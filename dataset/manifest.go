package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/lfs"
)

// Limits of a manifest. The list of a larger set is not kept, only its digest.
const (
	maxManifest = 256 << 20 // bytes
	maxListed   = 1 << 20   // images
)

const manifestSchema = "fbnas.data/1"

// Manifest records what was read from a data set: its classes, every image with its
// content, class and side, and the preprocessing of pixels.
type Manifest struct {
	Schema string `json:"schema"`
	// Digest is the SHA-256 of everything except the images' names and order.
	Digest        string        `json:"sha256"`
	Summary       Summary       `json:"data_set"`
	Classes       []string      `json:"classes"`
	Preprocessing Preprocessing `json:"preprocessing"`
	Images        []Listed      `json:"images"` // in the set's order; null if there are too many
}

// Listed is an image in a manifest.
type Listed struct {
	Test    bool
	Class   int
	Content Content
	Name    string
}

// MarshalText returns text such as "train 0 00f1d2e3c4b5a697 cat/1.jpg".
func (l Listed) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%s %d %016x %s", sideOf(l.Test), l.Class, uint64(l.Content), l.Name), nil
}

func sideOf(test bool) string {
	if test {
		return "test"
	}
	return "train"
}

// UnmarshalText reads the text of MarshalText.
func (l *Listed) UnmarshalText(text []byte) error {
	parts := strings.SplitN(string(text), " ", 4)
	if len(parts) != 4 || parts[0] != "train" && parts[0] != "test" || len(parts[2]) != 16 {
		return fmt.Errorf("%.80q is not an image of a manifest", text)
	}
	class, err := strconv.ParseUint(parts[1], 10, 31)
	if err != nil {
		return fmt.Errorf("class of %.80q: %w", text, err)
	}
	content, err := strconv.ParseUint(parts[2], 16, 64)
	if err != nil {
		return fmt.Errorf("content of %.80q: %w", text, err)
	}
	*l = Listed{parts[0] == "test", int(class), Content(content), parts[3]}
	return nil
}

// Manifest lists what was read from the set.
func (s *Set) Manifest() Manifest {
	m := Manifest{Schema: manifestSchema, Summary: s.Summary, Classes: s.Classes, Preprocessing: s.Preprocessing()}
	for _, split := range []*Split{s.Train, s.Test} {
		for i, k := range split.index {
			m.Images = append(m.Images, Listed{split == s.Test, int(split.Label(i)), split.content[k], strings.ToValidUTF8(split.src.name(k), "\uFFFD")})
		}
	}
	m.Digest = m.digest()
	if len(m.Images) > maxListed {
		m.Images = nil
	}
	return m
}

// digest needs the whole list.
func (m Manifest) digest() string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode([]any{manifestSchema, m.Classes, m.Preprocessing}) // a hash accepts everything
	lines := make([]string, len(m.Images))
	for i, l := range m.Images {
		lines[i] = fmt.Sprintf("%s %d %016x\n", sideOf(l.Test), l.Class, uint64(l.Content))
	}
	slices.Sort(lines)
	for _, line := range lines {
		io.WriteString(h, line)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Write replaces the file at path.
func (m Manifest) Write(path string) error {
	text, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	return atomicfile.WriteBytes(path, append(text, '\n'))
}

// ReadManifest reads a file that Write wrote.
func ReadManifest(path string) (Manifest, error) {
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return Manifest{}, err
	}
	if err := lfs.Bytes(path, text); err != nil {
		return Manifest{}, err
	}
	m, err := parseManifest(text)
	if err != nil {
		return Manifest{}, fault.New(fault.Failure, "Restore the file from a copy, or start a new run.", "read %s: %w", path, err)
	}
	return m, nil
}

func parseManifest(text []byte) (Manifest, error) {
	var m Manifest
	if len(text) > maxManifest {
		return m, fmt.Errorf("it is over the limit of %d bytes", maxManifest)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&m); err != nil {
		return m, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return m, errors.New("something follows the document")
	}
	if m.Schema != manifestSchema {
		return m, fmt.Errorf("its schema is %.40q, not %q", m.Schema, manifestSchema)
	}
	for _, l := range m.Images {
		if l.Class >= len(m.Classes) {
			return m, fmt.Errorf("image %.80q is of class %d, there are %d", l.Name, l.Class, len(m.Classes))
		}
	}
	if m.Images != nil && m.Digest != m.digest() {
		return m, errors.New("its content does not match its SHA-256")
	}
	return m, nil
}

// Trained names the images of s that were training images of the manifest's set.
func (m Manifest) Trained(s *Split) []string {
	trained := map[Content]bool{}
	for _, l := range m.Images {
		if !l.Test {
			trained[l.Content] = true
		}
	}
	var names []string
	for _, k := range s.index {
		if trained[s.content[k]] {
			names = append(names, s.src.name(k))
		}
	}
	return names
}
