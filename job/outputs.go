package job

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
)

// CheckOutputs refuses files that cannot be written, and a file that would be
// written twice. A verb calls it for everything that it writes, before it opens
// data or a device; empty paths are skipped.
func CheckOutputs(paths ...string) error {
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

// KeepInputs refuses an output that is one of the files that the verb reads, by
// whatever path. Inputs that are not files, such as built-in names, are skipped.
func KeepInputs(out string, inputs ...string) error {
	there, err := os.Stat(out)
	if err != nil {
		return nil // nothing would be overwritten
	}
	for _, in := range inputs {
		if info, err := os.Stat(in); err == nil && os.SameFile(there, info) {
			return fault.New(fault.Usage, "Give another file to write.", "%s is read, and would be overwritten", in)
		}
	}
	return nil
}

// PageHead is the beginning of every page that fbnas writes.
const PageHead = "<!doctype html>"

// CheckPage refuses a page that would overwrite a file of another kind, such as a
// photograph or a run's configuration.
func CheckPage(path string) error {
	if err := CheckOutputs(path); err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil // nothing would be overwritten
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, int64(len(PageHead))))
	if len(head) > 0 && !bytes.EqualFold(head, []byte(PageHead)) {
		return fault.New(fault.Usage, "Give another file to write, such as report.html.", "%s exists and is not a page", path)
	}
	return nil
}
