package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// manifestName is the manifest's file in the data set's folder.
const manifestName = "composites.json"

// version changes with every change of what the same options give.
const version = 1

// manifest says what a data set was made of. It is written before the first
// picture, and with the digest after the last one.
type manifest struct {
	About    string          `json:"about"`
	Version  int             `json:"version"`
	Options  options         `json:"options"`
	Go       string          `json:"go"` // whose JPEG code wrote the files
	Packages []packageRecord `json:"packages"`
	Train    sideRecord      `json:"train"`
	Test     sideRecord      `json:"test"`
	Classes  []classRecord   `json:"classes"`
	// Digest is the SHA-256 of a list of all files, a line each as sha256sum
	// prints it, in the order of their paths; empty while some are missing.
	Digest string `json:"digest"`
}

type packageRecord struct {
	Name    string `json:"name"`
	From    string `json:"from"`
	Version string `json:"version"`
	Licence string `json:"licence"`
	Digest  string `json:"digest"`
}

type sideRecord struct {
	Images      int      `json:"images"`
	Vendors     []string `json:"vendors"`
	Photographs []string `json:"photographs"`
}

type classRecord struct {
	Name  string   `json:"name"`
	Emoji []string `json:"emoji"`
}

// recordOf is a package with its licences.
func recordOf(p setup.Package, got setup.Fetched) packageRecord {
	r := packageRecord{Name: p.Name, From: string(p.From), Version: got.Version, Digest: got.Digest, Licence: licences[p.Name]}
	for _, v := range vendors {
		if v.icons().Name == p.Name {
			r.Licence = v.licence
		}
	}
	for _, w := range backgrounds {
		if w.pkg == p.Name {
			r.Licence = w.licence()
		}
	}
	return r
}

// licence lists the licences of the photographs, each once.
func (w wallpapers) licence() string {
	var all []string
	for _, p := range w.photos {
		all = append(all, p.licence)
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// manifest says what the world is, with the packages that it comes from.
func (w world) manifest(packages []packageRecord) manifest {
	m := manifest{
		About:   "synthetic: emoji over crops of photographs; made by experiments/composites of fbnas",
		Version: version, Options: w.options, Go: runtime.Version(), Packages: packages,
		Train: w.sideRecord(forTraining, w.Train), Test: w.sideRecord(forTesting, w.Test),
	}
	for _, c := range w.classes {
		m.Classes = append(m.Classes, classRecord{c.name, c.emoji})
	}
	return m
}

func (w world) sideRecord(s side, each int) sideRecord {
	r := sideRecord{Images: each * len(w.classes)}
	for _, v := range w.vendors[s] {
		r.Vendors = append(r.Vendors, v.name)
	}
	for _, p := range w.photos[s] {
		r.Photographs = append(r.Photographs, p.name)
	}
	return r
}

// begin writes the manifest of a new data set, or compares it with that of the one
// in the folder. It returns the digest of one that is complete.
func (m manifest) begin(folder string) (digest string, err error) {
	path := filepath.Join(folder, manifestName)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
			return "", fault.New(fault.Usage, "Give an empty or a new folder with -o.", "%s is not empty and has no %s", folder, manifestName)
		}
		return "", m.write(folder)
	}
	if err != nil {
		return "", err
	}
	var old manifest
	if err := json.Unmarshal(data, &old); err != nil {
		return "", fault.New(fault.Failure, "Remove the folder, and make the data set again.", "%s: %w", path, err)
	}
	digest, old.Digest, m.Digest = old.Digest, "", ""
	if field := difference(old, m); field != "" {
		return "", fault.New(fault.Usage, "Give the options that it was begun with, or another folder with -o.",
			"%s holds a data set that differs in %s", folder, field)
	}
	return digest, nil
}

// difference names the first field of two manifests that is not the same.
func difference(a, b manifest) string {
	for i := range reflect.TypeFor[manifest]().NumField() {
		one, other := reflect.ValueOf(a).Field(i).Interface(), reflect.ValueOf(b).Field(i).Interface()
		if !reflect.DeepEqual(one, other) {
			return reflect.TypeFor[manifest]().Field(i).Tag.Get("json")
		}
	}
	return ""
}

func (m manifest) write(folder string) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", " ")
	if err := enc.Encode(m); err != nil {
		return err
	}
	return atomicfile.WriteBytes(filepath.Join(folder, manifestName), out.Bytes())
}
