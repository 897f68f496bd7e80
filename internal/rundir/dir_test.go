package rundir

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/plaintext"
)

func TestCreateWritesTheFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs", "train-1")
	d := create(t, path)
	if err := d.Log(0, "eval", map[string]float64{"top1": 0.5, "loss": math.NaN(), "a\"b": 1e21}); err != nil {
		t.Fatal(err)
	}
	if err := d.Finish(map[string]any{"top1": 0.5}); err != nil {
		t.Fatal(err)
	}
	if got, want := read(t, filepath.Join(path, metricsName)), `{"step":0,"kind":"eval","a\"b":1e+21,"loss":null,"top1":0.5}`+"\n"; got != want {
		t.Errorf("metrics %q, want %q", got, want)
	}
	if got, want := read(t, filepath.Join(path, summaryName)), "{\n  \"top1\": 0.5\n}\n"; got != want {
		t.Errorf("summary %q, want %q", got, want)
	}
	if got, want := read(t, filepath.Join(path, configName)), "version: 1\nverb: train\ncreated: \"2026-03-01T11:00:00.0000005Z\"\n"; !strings.HasPrefix(got, want) {
		t.Errorf("config\n%s\nwant it to begin\n%s", got, want)
	}
	config, err := ReadConfig[settings](path)
	if err != nil || config.Note != usual.Note || config.Data != usual.Data || config.LR != usual.LR {
		t.Errorf("config %+v (%v), want %+v", config, err, usual)
	}
	type fewer struct {
		Epochs int
		LR     float64
		Note   string
		Widths []int
		Data   struct{ Path string }
	}
	_, err = ReadConfig[fewer](path)
	refused(t, err, fault.Usage, configName+": line 13: unknown field \"seed\"")
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q has several lines", err)
	}
}

func TestCreateRefusesARun(t *testing.T) {
	for _, name := range []string{configName, metricsName, eventsName, checkpointName, previousName, summaryName} {
		path := t.TempDir()
		write(t, filepath.Join(path, name), "x")
		o, _ := quiet()
		_, err := Create(path, "train", usual, o)
		refused(t, err, fault.Usage, path, name)
		if !strings.Contains(fault.HintOf(err), "--resume") {
			t.Errorf("hint %q, want --resume in it", fault.HintOf(err))
		}
	}
}

func TestOneWriter(t *testing.T) {
	path := t.TempDir()
	d := create(t, path)
	o, _ := quiet()
	_, err := Create(path, "train", usual, o)
	refused(t, err, fault.Failure, "another process is writing", path)
	_, _, err = Resume(path, "train", usual, o)
	refused(t, err, fault.Failure, "another process is writing", path)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, _, err := Resume(path, "train", usual, o)
	if err != nil {
		t.Fatalf("after Close: %v", err)
	}
	again.Close()
}

// TestResumedIsUninterrupted stops runs after every step, and expects the files
// of an uninterrupted run, byte for byte.
func TestResumedIsUninterrupted(t *testing.T) {
	const last, every = 7, 3
	o, _ := quiet()
	calm := t.TempDir()
	d := create(t, calm)
	work(t, d, 0, last, every)
	d.Close()
	for stop := range last {
		path := t.TempDir()
		d := create(t, path)
		work(t, d, 0, stop, every)
		d.Close()
		write(t, filepath.Join(path, ".metrics.jsonl.tmp-1"), "left by a kill")
		d, c, err := Resume(path, "train", usual, o)
		if err != nil {
			t.Fatal(err)
		}
		from := 0
		if c != nil {
			from = c.Step
			whole(t, *c)
		}
		if want := stop / every * every; from != want {
			t.Fatalf("stopped after %d: resumed from %d, want %d", stop, from, want)
		}
		work(t, d, from, last, every)
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{configName, metricsName, eventsName, checkpointName, previousName} {
			if read(t, filepath.Join(path, name)) != read(t, filepath.Join(calm, name)) {
				t.Errorf("stopped after %d: %s differs from the uninterrupted run's", stop, name)
			}
		}
		if left, _ := filepath.Glob(filepath.Join(path, ".*.tmp-*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

func TestResumeRefuses(t *testing.T) {
	o, _ := quiet()
	path := filepath.Join(t.TempDir(), "run")
	_, _, err := Resume(path, "train", usual, o)
	refused(t, err, fault.Usage, "no run", path)
	if _, err := os.Stat(path); err == nil {
		t.Error("a folder was made")
	}

	d := create(t, path)
	work(t, d, 0, 2, 2)
	d.Close()
	other := usual
	other.Epochs, other.Widths, other.Data.Seed = 4, []int{8, 16, 24}, 7
	_, _, err = Resume(path, "train", other, o)
	refused(t, err, fault.Usage, "epochs is 4, the run has 3", "widths[2] is 24, the run has none", "data.seed is 7, the run has 9223372036854775809")
	if strings.Contains(err.Error(), "lr") {
		t.Errorf("error %q names a field that is the same", err)
	}
	_, _, err = Resume(path, "search", usual, o)
	refused(t, err, fault.Usage, "train run, not a search run")

	name := filepath.Join(path, configName)
	write(t, name, strings.Replace(read(t, name), "epochs: 3", "epochs: 9", 1))
	edited, err := ReadConfig[settings](path)
	if err != nil || edited.Epochs != 9 {
		t.Fatalf("edited %+v (%v)", edited, err)
	}
	_, _, err = Resume(path, "train", edited, o)
	refused(t, err, fault.Usage, "epochs is 9, the run has 3")
	for _, text := range []string{"", "version: 2\nverb: train\n", "version: 1\n", "[", "x: 1\n"} {
		write(t, name, text)
		_, _, err = Resume(path, "train", usual, o)
		refused(t, err, fault.Usage, name)
	}
}

// TestConfigOfOtherEditors: line ends changed by an editor do not make
// another configuration.
func TestConfigOfOtherEditors(t *testing.T) {
	o, _ := quiet()
	path := t.TempDir()
	create(t, path).Close()
	name := filepath.Join(path, configName)
	text := read(t, name)
	write(t, name, plaintext.Mark+strings.ReplaceAll(text, "\n", "\r\n"))
	d, _, err := Resume(path, "train", usual, o)
	if err != nil {
		t.Fatal(err)
	}
	d.Close()
	write(t, name, "\xff\xfe"+text)
	_, err = ReadConfig[settings](path)
	refused(t, err, fault.Usage, name, "the text is UTF-16")
}

// TestResumeBeforeTheFirstCheckpoint compares with config.yaml, since there is
// nothing else.
func TestResumeBeforeTheFirstCheckpoint(t *testing.T) {
	o, _ := quiet()
	path := t.TempDir()
	d := create(t, path)
	work(t, d, 0, 2, 9)
	d.Close()
	other := usual
	other.Note = ""
	_, _, err := Resume(path, "train", other, o)
	refused(t, err, fault.Usage, `note is "", the run has "yes`)
	d, c, err := Resume(path, "train", usual, o)
	if err != nil || c != nil {
		t.Fatalf("checkpoint %v, error %v; want none", c, err)
	}
	d.Close()
	if got := read(t, filepath.Join(path, metricsName)); got != "" {
		t.Errorf("metrics %q, want none", got)
	}
}
