package rundir

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/lfs"
	"fbnas/internal/plaintext"
	"fbnas/internal/readfile"
)

// configVersion is the version of config.yaml's own fields.
const configVersion = 1

// Limits of what is read, in bytes. The YAML parser takes time quadratic in
// the number of keys.
const (
	maxConfig  = 256 << 10
	maxSummary = 16 << 20
)

// document is config.yaml.
type document[T any] struct {
	Version int    `yaml:"version"`
	Verb    string `yaml:"verb"`
	Created string `yaml:"created"` // RFC 3339, UTC
	Config  T      `yaml:"config"`
}

// ReadConfig returns the configuration of the run in the folder at path.
// Fields that T does not have are an error; it is a fault.Usage if there is no run.
func ReadConfig[T any](path string) (T, error) {
	doc, err := readDocument[T](path)
	return doc.Config, err
}

func readDocument[T any](path string) (document[T], error) {
	name := filepath.Join(path, configName)
	var doc document[T]
	text, err := readText(name, maxConfig)
	if errors.Is(err, fs.ErrNotExist) {
		return doc, fault.New(fault.Usage, "List the runs with `fbnas runs list`.", "there is no run in %s: %w", path, err)
	}
	if err != nil {
		return doc, err
	}
	const hint = "Restore the file from a copy, or start a new run."
	if text, err = plaintext.UTF8(text); err != nil {
		return doc, fault.New(fault.Usage, hint, "read %s: %w", name, err)
	}
	if err := yaml.UnmarshalWithOptions(text, &doc, yaml.Strict()); err != nil {
		return doc, fault.New(fault.Usage, hint, "read %s: %w", name, onOneLine(err))
	}
	if doc.Version != configVersion || doc.Verb == "" {
		return doc, fault.New(fault.Usage, hint, "read %s: want version: %d and a verb", name, configVersion)
	}
	return doc, nil
}

// onOneLine replaces the parser's error, which quotes the document, by its line
// and message.
func onOneLine(err error) error {
	var syntax yaml.Error
	if !errors.As(err, &syntax) || syntax.GetToken() == nil {
		return err
	}
	return fmt.Errorf("line %d: %s", syntax.GetToken().Position.Line, syntax.GetMessage())
}

// writeConfig writes config.yaml and returns the YAML of config alone.
func writeConfig(path, verb string, config any, now time.Time) (string, error) {
	alone, err := yaml.Marshal(config)
	if err == nil && len(alone) > maxConfig/2 {
		err = fmt.Errorf("%d bytes of YAML are over the limit of %d", len(alone), maxConfig/2)
	}
	if err != nil {
		return "", fmt.Errorf("configuration of %s: %w", path, err)
	}
	text, err := yaml.Marshal(document[any]{configVersion, verb, now.UTC().Format(time.RFC3339Nano), config})
	if err != nil {
		return "", fmt.Errorf("configuration of %s: %w", path, err)
	}
	return string(alone), atomicfile.WriteBytes(filepath.Join(path, configName), text)
}

// sameConfig compares the given configuration with the one that the checkpoint
// was made with (YAML; "" without a checkpoint) or, without a checkpoint, with
// that of config.yaml. It returns the YAML of the given one.
func sameConfig(path string, given, written any, saved string) (string, error) {
	alone, err := yaml.Marshal(given)
	if err != nil {
		return "", fmt.Errorf("configuration of %s: %w", path, err)
	}
	// Both pass through the same parser, so that equal values compare equal.
	var want any
	if err := yaml.Unmarshal(alone, &want); err != nil {
		return "", fmt.Errorf("configuration of %s: %w", path, err)
	}
	have := written
	if saved != "" {
		have = nil
		if err := yaml.Unmarshal([]byte(saved), &have); err != nil {
			return "", fmt.Errorf("configuration in the checkpoint of %s: %w", path, err)
		}
	}
	if differ := differences(leaves(want), leaves(have)); len(differ) > 0 {
		return "", fault.New(fault.Usage, "Give the settings that the run was started with, or start a new run without --resume.",
			"resume %s: its configuration differs: %s", path, strings.Join(differ, "; "))
	}
	return string(alone), nil
}

// differences lists the fields that differ, by name.
func differences(given, run map[string]string) []string {
	all := maps.Clone(run)
	maps.Copy(all, given)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if g, r := given[name], run[name]; g != r {
			list = append(list, fmt.Sprintf("%s is %s, the run has %s", name, cmp.Or(g, "absent"), cmp.Or(r, "none")))
		}
	}
	return list
}

// leaves lists the values of a parsed YAML document by their paths, for
// example "stages[2].width"; no value is an empty text.
func leaves(value any) map[string]string {
	list := map[string]string{}
	var walk func(path string, value any)
	walk = func(path string, value any) {
		switch v := value.(type) {
		case map[string]any:
			for name, item := range v {
				walk(strings.TrimPrefix(path+"."+name, "."), item)
			}
			if len(v) > 0 {
				return
			}
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), item)
			}
			if len(v) > 0 {
				return
			}
		case string:
			list[path] = fmt.Sprintf("%q", v)
			return
		}
		list[path] = fmt.Sprint(value)
	}
	walk("", value)
	return list
}

// readText reads a file of at most limit bytes.
func readText(name string, limit int64) ([]byte, error) {
	text, err := readfile.Limited(name, limit)
	if err != nil {
		return nil, err
	}
	return text, lfs.Bytes(name, text)
}
