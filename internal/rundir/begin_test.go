package rundir

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/internal/fault"
)

func TestCreateNext(t *testing.T) {
	root := filepath.Join(t.TempDir(), "runs")
	o, _ := quiet()
	name := func() string {
		t.Helper()
		d, err := CreateNext(root, "train", usual, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		return filepath.Base(d.Path())
	}
	for _, want := range []string{"train-1", "train-2"} {
		if got := name(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, name := range []string{"train-9", "train-x", "trainer-20", "search-30"} {
		if err := os.Mkdir(filepath.Join(root, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got := name(); got != "train-10" {
		t.Errorf("%s, want train-10", got)
	}
}

// tree lists what is under a folder.
func tree(t *testing.T, root string) string {
	t.Helper()
	var names []string
	if err := filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		names = append(names, path)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

// TestDiscard: a run that fails before its first checkpoint leaves the folder as it
// was, and the corrected command can use it.
func TestDiscard(t *testing.T) {
	o, _ := quiet()
	for name, begin := range map[string]func(root string) (*Dir, error){
		"new folders": func(root string) (*Dir, error) {
			return Create(filepath.Join(root, "a", "b"), "train", usual, o)
		},
		"a folder that was there": func(root string) (*Dir, error) {
			return Create(filepath.Join(root, "mine"), "train", usual, o)
		},
		"the next number": func(root string) (*Dir, error) {
			return CreateNext(filepath.Join(root, "runs"), "train", usual, o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, "mine", ".notes.tmp-1"), "the user's")
			before := tree(t, root)
			for range 2 {
				d, err := begin(root)
				if err != nil {
					t.Fatal(err)
				}
				work(t, d, 0, 2, 9)
				if !d.NothingSaved() {
					t.Error("something is saved without a checkpoint")
				}
				if err := d.Discard(); err != nil {
					t.Fatal(err)
				}
				if after := tree(t, root); after != before {
					t.Fatalf("left\n%s\nof\n%s", after, before)
				}
			}
		})
	}
}

// TestDiscardKeepsWhatWasTrained: a checkpoint after a step, and a resumed
// run.
func TestDiscardKeepsWhatWasTrained(t *testing.T) {
	o, _ := quiet()
	path := t.TempDir()
	d := create(t, path)
	if err := d.Save(at(t, 0)); err != nil || !d.NothingSaved() {
		t.Errorf("nothing saved: %v after a checkpoint of step 0 (%v)", d.NothingSaved(), err)
	}
	work(t, d, 0, 2, 2)
	before := tree(t, path)
	if err := d.Discard(); err != nil || d.NothingSaved() || tree(t, path) != before {
		t.Errorf("left\n%s\nof\n%s (%v)", tree(t, path), before, err)
	}

	path = t.TempDir()
	create(t, path).Close()
	d, _, err := Resume(path, "train", usual, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Discard(); err != nil || d.NothingSaved() {
		t.Fatal(err)
	}
	if _, err := ReadConfig[settings](path); err != nil {
		t.Errorf("a run that was gone on with: %v", err)
	}
}

// TestFailedCreateLeavesNothing: the configuration cannot be written.
func TestFailedCreateLeavesNothing(t *testing.T) {
	root := t.TempDir()
	o, _ := quiet()
	long := settings{Note: strings.Repeat("long ", maxConfig)}
	if _, err := Create(filepath.Join(root, "a", "b"), "train", long, o); err == nil {
		t.Fatal("no error")
	}
	if got := tree(t, root); got != root {
		t.Errorf("left %s", got)
	}
}

// TestCreateAfterAKill: a run that was killed before its first checkpoint does
// not block its folder; any other run does.
func TestCreateAfterAKill(t *testing.T) {
	o, warned := quiet()
	path := t.TempDir()
	d := create(t, path)
	work(t, d, 0, 2, 9)
	d.Close() // as the kernel does for a killed process
	other := usual
	other.LR = 0.5
	if err := Check(path, false); err != nil {
		t.Errorf("Check: %v", err)
	}
	d, err := Create(path, "train", other, o)
	if err != nil {
		t.Fatal(err)
	}
	if config, err := ReadConfig[settings](path); err != nil || config.LR != 0.5 || !strings.Contains(warned.String(), "killed before its first checkpoint") {
		t.Errorf("config %+v (%v), warned of %q", config, err, warned)
	}
	work(t, d, 0, 2, 2)
	d.Close()
	refused(t, Check(path, false), fault.Usage, path, "already holds a run")
	_, err = Create(path, "train", usual, o)
	refused(t, err, fault.Usage, path, "already holds a run")
	if err := Check(path, true); err != nil {
		t.Errorf("to go on with it: %v", err)
	}
	write(t, filepath.Join(path, checkpointName), "damaged")
	refused(t, Check(path, false), fault.Usage, path, "already holds a run")
	refused(t, Check(filepath.Join(path, configName), false), fault.Usage, "is a file, not a folder")
}

func TestOpenCreatesThenResumes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "run")
	for i, name := range []string{"creates", "resumes"} {
		d, c, err := Open(path, "train", map[string]int{"epochs": 3}, Options{})
		if err != nil || (c == nil) != (i == 0) {
			t.Fatalf("%s: checkpoint %v, %v", name, c, err)
		}
		if i == 0 {
			if err := d.Save(Checkpoint{Step: 7}); err != nil {
				t.Fatal(err)
			}
		} else if c.Step != 7 {
			t.Errorf("resumes at step %d, want 7", c.Step)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := Open(path, "train", map[string]int{"epochs": 4}, Options{}); fault.CodeOf(err) != fault.Usage {
		t.Errorf("another configuration: %v", err)
	}
}
