package main

import (
	"path/filepath"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// checkOutputs refuses files that cannot be written, and two that are one. A
// verb calls it for all that it writes, before it opens data or a device; paths
// that were not given are empty.
func checkOutputs(paths ...string) error {
	seen := map[string]bool{}
	for _, path := range paths {
		if path == "" {
			continue
		}
		if err := atomicfile.Check(path); err != nil {
			return err
		}
		at, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		if seen[at] {
			return fault.New(fault.Usage, "Give each its own file.", "%s would be written twice", path)
		}
		seen[at] = true
	}
	return nil
}
