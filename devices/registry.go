package devices

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/yamlform"
)

// Entry is a device to which the user has given a name, with replacements for
// what is usually used on it.
type Entry struct {
	Name    string
	Address string // as for Open
	Runtime string // path of an ONNX Runtime library or of an .aar with one in it; "" for fbnas's own
	Agent   string // path of an agent; "" for fbnas's own
	Core    *int   // to measure on; nil: chosen by the agent
}

// Fields lists the entry for its file.
func (e *Entry) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "name", Value: &e.Name, Required: true},
		{Name: "address", Value: &e.Address, Required: true},
		{Name: "runtime", Value: &e.Runtime},
		{Name: "agent", Value: &e.Agent},
		{Name: "core", Value: &e.Core, Min: 0, Max: 1023},
	}
}

// registry is the content of devices.yaml.
type registry struct {
	version int
	entries []Entry
}

// Fields lists the registry for its file.
func (r *registry) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "version", Value: &r.version, Required: true, Min: 1, Max: 1},
		{Name: "devices", Value: yamlform.ListOf(&r.entries)},
	}
}

var validName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)

// problem says what is wrong with an entry, "" if nothing is.
func (e Entry) problem() string {
	kind, address, _ := strings.Cut(e.Address, ":")
	t, known := transportOf(kind)
	if _, taken := transportOf(e.Name); taken {
		return fmt.Sprintf("the name %s is reserved for a transport", e.Name)
	}
	switch {
	case !validName.MatchString(e.Name):
		return fmt.Sprintf("the name %.80q is not a letter, then at most 63 letters, digits, '_', '.' or '-'", e.Name)
	case kind == "local":
		return "this machine is always called local"
	case !known:
		return fmt.Sprintf("the address %.80q is none of %s", e.Address, possible())
	}
	if t.check != nil {
		if err := t.check(e.Name, address); err != nil {
			return err.Error()
		}
	}
	for _, path := range []string{e.Runtime, e.Agent} {
		if path != "" && !filepath.IsAbs(path) {
			return fmt.Sprintf("the path %.80q is not absolute", path)
		}
	}
	return ""
}

func (r *registry) problems() yamlform.Problems {
	ps := yamlform.Check(r)
	seen := map[string]bool{}
	for i, e := range r.entries {
		field := fmt.Sprintf("devices[%d]", i)
		if text := e.problem(); text != "" {
			ps.Add(field, "%s", text)
		}
		if seen[e.Name] {
			ps.Add(field, "the name %s is used twice", e.Name)
		}
		seen[e.Name] = true
	}
	return ps
}

func parseRegistry(data []byte) (registry, error) {
	var r registry
	err := yamlform.Read(data, &r, r.problems)
	return r, err
}

// registryPath is $XDG_CONFIG_HOME/fbnas/devices.yaml.
func registryPath() (string, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fault.New(fault.Failure, "Set XDG_CONFIG_HOME or HOME.", "find the registry of devices: %w", err)
	}
	return filepath.Join(config, "fbnas", "devices.yaml"), nil
}

func readRegistry() (registry, error) {
	path, err := registryPath()
	if err != nil {
		return registry{}, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return registry{version: 1}, nil
	}
	if err != nil {
		return registry{}, fmt.Errorf("read the registry of devices: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, yamlform.MaxBytes+1))
	if err != nil {
		return registry{}, fmt.Errorf("read the registry of devices: %w", err)
	}
	r, err := parseRegistry(data)
	if err != nil {
		return r, fault.New(fault.Usage, "Correct the line named, or remove the file and register the devices again.", "read %s: %w", path, err)
	}
	return r, nil
}

// Registered returns the user's devices, by name.
func Registered() ([]Entry, error) {
	r, err := readRegistry()
	slices.SortFunc(r.entries, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return r.entries, err
}

// Lookup returns the entry of a device. For an address it makes one.
func Lookup(name string) (Entry, error) {
	kind, _, _ := strings.Cut(name, ":")
	if _, ok := transportOf(kind); ok {
		return Entry{Name: name, Address: name}, nil
	}
	entries, err := Registered()
	if err != nil {
		return Entry{}, err
	}
	var names []string
	for _, e := range entries {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	hint := "This version can measure: " + possible() + ". To name a device: fbnas devices add NAME ADDRESS."
	if len(names) > 0 {
		hint = "Registered devices: " + strings.Join(names, ", ") + ". " + hint
	}
	return Entry{}, fault.New(fault.Device, hint, "unknown device %q", name)
}

// Register gives a device a name; it fails if the name is taken.
func Register(e Entry) error {
	if text := e.problem(); text != "" {
		return fault.New(fault.Usage, "For example: fbnas devices add board ssh://pi@board", "register %s: %s", e.Name, text)
	}
	return change(func(entries []Entry) ([]Entry, error) {
		if i := slices.IndexFunc(entries, func(o Entry) bool { return o.Name == e.Name }); i >= 0 {
			return nil, fault.New(fault.Usage, "Remove it first (fbnas devices remove "+e.Name+"), or take another name.",
				"%s is registered already, for %s", e.Name, entries[i].Address)
		}
		return append(entries, e), nil
	})
}

// Forget removes the name of a device; nothing on the device changes.
func Forget(name string) error {
	return change(func(entries []Entry) ([]Entry, error) {
		i := slices.IndexFunc(entries, func(o Entry) bool { return o.Name == name })
		if i < 0 {
			return nil, fault.New(fault.Device, "fbnas devices lists what there is.", "no device is registered under the name %q", name)
		}
		return slices.Delete(entries, i, i+1), nil
	})
}

// change rewrites the registry; programs that do so at the same time wait for
// each other.
func change(edit func([]Entry) ([]Entry, error)) error {
	path, err := registryPath()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("write the registry of devices: %w", err)
	}
	held, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write the registry of devices: %w", err)
	}
	defer held.Close() // releases the lock
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", held.Name(), err)
	}
	r, err := readRegistry()
	if err != nil {
		return err
	}
	if r.entries, err = edit(r.entries); err != nil {
		return err
	}
	if err := atomicfile.WriteBytes(path, yamlform.Write(&r)); err != nil {
		return fmt.Errorf("write the registry of devices: %w", err)
	}
	return nil
}
