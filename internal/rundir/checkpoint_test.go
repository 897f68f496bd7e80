package rundir

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/safetensors"
)

func TestPut(t *testing.T) {
	type exact struct {
		Lambda float64 `json:"lambda,string"`
		Seed   uint64  `json:"seed,string"`
	}
	for _, c := range []struct {
		name  string
		value any
		ok    bool
	}{
		{"whole", 1 << 53, true},
		{"negative", -(1 << 53), true},
		{"too large", 1<<53 + 1, false},
		{"smallest", math.MinInt64, false},
		{"float", 0.5, false},
		{"nested float", map[string]any{"a": []float64{1e300}}, false},
		{"as strings", exact{0.1, 1 << 63}, true},
		{"not finite", math.NaN(), false},
	} {
		var ck Checkpoint
		if err := ck.Put(c.name, c.value); (err == nil) != c.ok {
			t.Errorf("%s: error %v, want ok %v", c.name, err, c.ok)
		}
	}
	d := create(t, t.TempDir())
	c := at(t, 1)
	want := exact{math.Nextafter(0.1, 1), math.MaxUint64}
	if err := c.Put("exact", want); err != nil {
		t.Fatal(err)
	}
	if err := d.Save(c); err != nil {
		t.Fatal(err)
	}
	o, _ := quiet()
	got, err := Load(d.Path(), o.Log)
	if err != nil {
		t.Fatal(err)
	}
	var back exact
	if err := got.Get("exact", &back); err != nil || back != want {
		t.Errorf("state %v (%v), want %v", back, err, want)
	}
	if err := got.Get("other", &back); err == nil {
		t.Error("a state that was never put was found")
	}
}

// TestDamagedCheckpoints: if the newest is damaged, the checkpoint before is used;
// if there is none, the error names file and reason.
func TestDamagedCheckpoints(t *testing.T) {
	path := t.TempDir()
	d := create(t, path)
	newest, before := filepath.Join(path, checkpointName), filepath.Join(path, previousName)
	o, warned := quiet()
	_, err := Load(path, o.Log)
	refused(t, err, fault.Usage, "no checkpoint", path)
	work(t, d, 0, 2, 1)
	d.Close()
	good, old := read(t, newest), read(t, before)

	var foreign bytes.Buffer
	if err := safetensors.Write(&foreign, safetensors.File{Metadata: map[string]string{"format": "pt"}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, text, reason string }{
		{"empty", "", "too few"},
		{"cut", good[:len(good)-1], "its tensors take"},
		{"zeroes", strings.Repeat("\x00", len(good)), "header"},
		{"a bit of a tensor", good[:len(good)-5] + string([]byte{good[len(good)-5] ^ 1}) + good[len(good)-4:], "SHA-256"},
		{"a digit of the step", strings.Replace(good, `"step":"2"`, `"step":"3"`, 1), "SHA-256"},
		{"a name", strings.Replace(good, `"lambda"`, `"lambdb"`, 1), "SHA-256"},
		{"foreign", foreign.String(), `schema is "", not "fbnas.checkpoint/1"`},
		{"later version", strings.Replace(good, schema, "fbnas.checkpoint/2", 1), "another program or version"},
	} {
		if c.text == good {
			t.Fatalf("%s: nothing was changed", c.name)
		}
		write(t, newest, c.text)
		write(t, before, old)
		warned.Reset()
		got, err := Load(path, o.Log)
		if err != nil || got.Step != 1 || !strings.Contains(warned.String(), newest) {
			t.Errorf("%s: step %d, error %v, warned %q; want step 1 and a warning with the file", c.name, got.Step, err, warned)
		}
		whole(t, got)
		if err := os.Remove(before); err != nil {
			t.Fatal(err)
		}
		_, err = Load(path, o.Log)
		refused(t, err, fault.Failure, newest, c.reason)
		_, _, err = Resume(path, "train", usual, o)
		refused(t, err, fault.Failure, newest, c.reason)
		write(t, before, c.text)
		_, err = Load(path, o.Log)
		refused(t, err, fault.Failure, newest, before)
	}
}

// TestDamagedIsNotKept continues from the checkpoint before, which is kept as the one
// before until the newest is intact again.
func TestDamagedIsNotKept(t *testing.T) {
	path := t.TempDir()
	d := create(t, path)
	work(t, d, 0, 2, 1)
	d.Close()
	write(t, filepath.Join(path, checkpointName), "damaged")
	o, _ := quiet()
	d, c, err := Resume(path, "train", usual, o)
	if err != nil || c.Step != 1 {
		t.Fatalf("resumed from %v (%v), want step 1", c, err)
	}
	defer d.Close()
	for _, want := range []int{1, 2} {
		work(t, d, want, want+1, 1)
		if c, err := readCheckpoint(filepath.Join(path, previousName)); err != nil || c.Step != want {
			t.Errorf("after step %d: the one before is step %d (%v), want %d", want+1, c.Step, err, want)
		}
	}
}

// TestFailedSave keeps both checkpoints when the disk is full.
func TestFailedSave(t *testing.T) {
	path := t.TempDir()
	d := create(t, path)
	work(t, d, 0, 2, 1)
	d.disk = fullDisk{folder(path)}
	if err := d.Save(at(t, 3)); err == nil {
		t.Fatal("no error from a full disk")
	}
	d.disk = folder(path)
	for name, step := range map[string]int{checkpointName: 2, previousName: 1} {
		if c, err := readCheckpoint(filepath.Join(path, name)); err != nil || c.Step != step {
			t.Errorf("%s: step %d (%v), want %d", name, c.Step, err, step)
		}
	}
	if _, err := os.Stat(filepath.Join(path, temporaryName)); err == nil {
		t.Error("the half-written file was left on the full disk")
	}
	work(t, d, 2, 3, 1)
}

// fullDisk takes 100 bytes of each file.
type fullDisk struct{ folder }

func (d fullDisk) Write(name string, fill func(io.Writer) error) error {
	return d.folder.Write(name, func(w io.Writer) error { return fill(&limited{w, 100}) })
}

type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, io.ErrShortWrite
	}
	l.left -= len(b)
	return l.w.Write(b)
}

func FuzzCheckpoint(f *testing.F) {
	for _, metadata := range []map[string]string{
		{"schema": schema, "step": "1", "state": `{"epoch":1}`},
		{"schema": schema, "step": "x"},
		{"schema": schema, "step": "1", "state": "["},
	} {
		file := safetensors.File{Metadata: metadata}
		digest, err := digestOf(file)
		if err != nil {
			f.Fatal(err)
		}
		metadata[digestKey] = digest
		var b bytes.Buffer
		if err := safetensors.Write(&b, file); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := safetensors.Decode(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		c, err := checkpointOf(file)
		if err != nil {
			return
		}
		stored, err := c.file()
		if err != nil {
			t.Fatal(err)
		}
		again, err := checkpointOf(stored)
		if err != nil || again.Step != c.Step {
			t.Fatalf("step %d (%v), want %d", again.Step, err, c.Step)
		}
	})
}
