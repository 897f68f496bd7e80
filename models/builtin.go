package models

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
)

//go:embed zoo/*.yaml spaces/*.yaml
var builtin embed.FS

// ArchNames lists the built-in architectures, sorted.
func ArchNames() []string { return names("zoo") }

// SpaceNames lists the built-in spaces, sorted.
func SpaceNames() []string { return names("spaces") }

// LoadArch returns the built-in architecture with that name, or reads the file.
func LoadArch(nameOrPath string) (Arch, error) {
	if !slices.Contains(ArchNames(), nameOrPath) {
		return ReadArch(nameOrPath)
	}
	data, err := builtin.ReadFile("zoo/" + nameOrPath + ".yaml")
	if err != nil {
		return Arch{}, err
	}
	return ParseArch(data)
}

// LoadSpace returns the built-in space with that name, or reads the file.
func LoadSpace(nameOrPath string) (Space, error) {
	if !slices.Contains(SpaceNames(), nameOrPath) {
		return ReadSpace(nameOrPath)
	}
	data, err := builtin.ReadFile("spaces/" + nameOrPath + ".yaml")
	if err != nil {
		return Space{}, err
	}
	return ParseSpace(data)
}

func names(folder string) []string {
	files, err := fs.Glob(builtin, folder+"/*.yaml")
	if err != nil {
		panic(err) // cannot fail: the pattern is constant
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(f, folder+"/"), ".yaml")
	}
	return files
}
