package rundir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"strconv"

	"fbnas/internal/fault"
	"fbnas/internal/safetensors"
)

// schema is the format in the metadata of a checkpoint.
const schema = "fbnas.checkpoint/1"

// Names in a checkpoint's metadata.
const (
	schemaKey = "schema"
	stepKey   = "step"
	configKey = "config"
	stateKey  = "state"
	digestKey = "sha256"
)

// maxWhole is the largest integer that every reader of JSON represents exactly.
const maxWhole = 1 << 53

// errNone means that a run has no checkpoint.
var errNone = errors.New("no checkpoint")

// Checkpoint is the state of a run after Step steps.
type Checkpoint struct {
	Step int
	// Tensors keep their order and all their bits.
	Tensors []safetensors.Tensor

	state  map[string]json.RawMessage
	config string
}

// Put adds value as JSON under a name. Numbers must be whole and within 2^53;
// others are stored as strings (`json:",string"`) or in tensors, so that no
// reader of JSON rounds them.
func (c *Checkpoint) Put(name string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("checkpoint state %q: %w", name, err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("checkpoint state %q: %w", name, err)
		}
		number, ok := token.(json.Number)
		if n, err := number.Int64(); ok && (err != nil || n < -maxWhole || n > maxWhole) {
			return fmt.Errorf("checkpoint state %q: store the number %s as a string or a tensor", name, number)
		}
	}
	if c.state == nil {
		c.state = map[string]json.RawMessage{}
	}
	c.state[name] = text
	return nil
}

// Get reads the value of a name into the value that into points to.
func (c Checkpoint) Get(name string, into any) error {
	text, ok := c.state[name]
	if !ok {
		return fmt.Errorf("checkpoint of step %d has no state %q", c.Step, name)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("checkpoint state %q: %w", name, err)
	}
	return nil
}

// Load returns the newest usable checkpoint of the run in the folder at path,
// which another process may be writing. If the newest is damaged, it warns
// and returns the one before.
func Load(path string, log *slog.Logger) (Checkpoint, error) {
	c, _, err := load(path, log)
	if errors.Is(err, errNone) {
		err = fault.New(fault.Usage, "Give a run that has trained for longer.", "%w in %s", errNone, path)
	}
	return c, err
}

// load reports whether the newest is damaged, and returns errNone if there
// are none.
func load(path string, log *slog.Logger) (c Checkpoint, damaged bool, err error) {
	newest := filepath.Join(path, checkpointName)
	c, err = readCheckpoint(newest)
	if err == nil {
		return c, false, nil
	}
	previous, before := readCheckpoint(filepath.Join(path, previousName))
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case before == nil && missing:
		// A save was interrupted between its two renames.
		return previous, false, nil
	case before == nil:
		log.Warn("the newest checkpoint cannot be used; taking the one before", "file", newest, "reason", err, "step", previous.Step)
		return previous, true, nil
	case missing && errors.Is(before, fs.ErrNotExist):
		return Checkpoint{}, false, errNone
	case missing:
		err = before
	case !errors.Is(before, fs.ErrNotExist):
		err = fmt.Errorf("%w; and %w", err, before)
	}
	return Checkpoint{}, false, fault.New(fault.Failure, "Restore a checkpoint from a copy, or start a new run in another folder.",
		"no checkpoint of %s can be used: %w", path, err)
}

// file is the checkpoint as it is stored. The digest covers the file's bytes
// without the digest itself: tensors, names, shapes and metadata.
func (c Checkpoint) file() (safetensors.File, error) {
	state, err := json.Marshal(c.state)
	if err != nil {
		return safetensors.File{}, fmt.Errorf("checkpoint state: %w", err)
	}
	f := safetensors.File{Tensors: c.Tensors, Metadata: map[string]string{
		schemaKey: schema,
		stepKey:   strconv.Itoa(c.Step),
		configKey: c.config,
		stateKey:  string(state),
	}}
	digest, err := digestOf(f)
	f.Metadata[digestKey] = digest
	return f, err
}

func digestOf(f safetensors.File) (string, error) {
	h := sha256.New()
	if err := safetensors.Write(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func readCheckpoint(name string) (Checkpoint, error) {
	f, err := safetensors.Read(name)
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := checkpointOf(f)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("read checkpoint %s: %w", name, err)
	}
	return c, nil
}

func checkpointOf(f safetensors.File) (Checkpoint, error) {
	if got := f.Metadata[schemaKey]; got != schema {
		return Checkpoint{}, fmt.Errorf("its schema is %q, not %q: another program or version wrote it", got, schema)
	}
	want := f.Metadata[digestKey]
	delete(f.Metadata, digestKey)
	got, err := digestOf(f)
	if err != nil {
		return Checkpoint{}, err
	}
	if got != want {
		return Checkpoint{}, errors.New("its content does not match its SHA-256")
	}
	c := Checkpoint{Tensors: f.Tensors, config: f.Metadata[configKey]}
	if len(c.config) > maxConfig {
		return Checkpoint{}, fmt.Errorf("configuration of %d bytes is over the limit of %d", len(c.config), maxConfig)
	}
	if c.Step, err = strconv.Atoi(f.Metadata[stepKey]); err != nil {
		return Checkpoint{}, fmt.Errorf("step: %w", err)
	}
	if err := json.Unmarshal([]byte(f.Metadata[stateKey]), &c.state); err != nil {
		return Checkpoint{}, fmt.Errorf("state: %w", err)
	}
	return c, nil
}
