package rundir

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"fbnas/internal/fault"
)

// begin makes a run that began some hours after noon.
func begin(t *testing.T, root, name, verb string, hours, steps int, finished bool) {
	t.Helper()
	o, _ := quiet()
	o.Now = func() time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	d, err := Create(filepath.Join(root, name), verb, usual, o)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	work(t, d, 0, steps, 2)
	if finished {
		if err := d.Finish(map[string]string{"name": name}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestList(t *testing.T) {
	root := t.TempDir()
	if list, err := List(filepath.Join(root, "none")); list != nil || err != nil {
		t.Errorf("no folder: %v, %v", list, err)
	}
	begin(t, root, "b", "train", 1, 5, true)
	begin(t, root, "a", "train", 2, 4, true)
	begin(t, root, "c", "train", 3, 1, false)
	begin(t, root, "d", "search", 0, 0, true)
	write(t, filepath.Join(root, "other", "notes.txt"), "no run")
	write(t, filepath.Join(root, "a", checkpointName), "damaged")
	list, err := List(root)
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		name, verb string
		hours      time.Duration
		step       int
		finished   bool
	}
	var got []row
	for _, i := range list {
		got = append(got, row{filepath.Base(i.Path), i.Verb, i.Created.Sub(noon) / time.Hour, i.Step, i.Finished()})
		if i.Finished() && !strings.Contains(string(i.Summary), filepath.Base(i.Path)) {
			t.Errorf("%s: summary %s", i.Path, i.Summary)
		}
	}
	want := []row{{"d", "search", 0, 0, true}, {"b", "train", 1, 4, true}, {"a", "train", 2, 2, true}, {"c", "train", 3, 0, false}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("runs %v, want %v", got, want)
	}

	write(t, filepath.Join(root, "bad", configName), "nothing of ours")
	write(t, filepath.Join(root, "c", summaryName), "{")
	if list, err := List(root); len(list) != 3 || err == nil || !strings.Contains(err.Error(), filepath.Join("bad", configName)) || !strings.Contains(err.Error(), filepath.Join("c", summaryName)) {
		t.Errorf("%d runs, error %v; want the 3 others and both files named", len(list), err)
	}
	_, err = Stat(filepath.Join(root, "other"))
	refused(t, err, fault.Usage, "no run in")
}
