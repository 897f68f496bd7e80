package rundir

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestLogRefuses(t *testing.T) {
	d := create(t, t.TempDir())
	work(t, d, 0, 2, 2)
	for _, c := range []struct {
		step int
		name string
		want string
	}{
		{2, "loss", "already in the checkpoint of step 2"},
		{3, "step", "no value can be called"},
		{3, "kind", "no value can be called"},
		{3, strings.Repeat("x", maxLine), "over the limit"},
	} {
		if err := d.Log(c.step, "train", map[string]float64{c.name: 1}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("step %d, %.10s: error %v, want %q in it", c.step, c.name, err, c.want)
		}
	}
	if err := d.Save(at(t, 1)); err == nil {
		t.Error("a checkpoint of an earlier step was saved")
	}
}

func TestTornMetrics(t *testing.T) {
	whole := `{"step":1,"kind":"train","loss":0.5}` + "\n" + `{"step":2,"kind":"train","loss":null}` + "\n"
	for _, tail := range []string{"", `{"step":3`, `{"step":3,"kind":"train"}`, "\x00\x00\x00", "{}\n{\"step\":3,\"kind\":\"train\"}\n", strings.Repeat(" ", maxLine+1)} {
		path := t.TempDir()
		d := create(t, path)
		if err := d.Save(at(t, 9)); err != nil {
			t.Fatal(err)
		}
		d.Close()
		write(t, filepath.Join(path, metricsName), whole+tail)
		records, err := Metrics(path)
		if err != nil || len(records) != 2 || records[0].Values["loss"] != 0.5 || !math.IsNaN(records[1].Values["loss"]) {
			t.Errorf("tail %.20q: records %v, error %v", tail, records, err)
		}
		o, warned := quiet()
		d, _, err = Resume(path, "train", usual, o)
		if err != nil {
			t.Fatal(err)
		}
		d.Close()
		if got := read(t, filepath.Join(path, metricsName)); got != whole {
			t.Errorf("tail %.20q: metrics %.200q, want the whole lines", tail, got)
		}
		if got, want := warned.String(), fmt.Sprintf("bytes=%d", len(tail)); tail != "" && !strings.Contains(got, want) || tail == "" && got != "" {
			t.Errorf("tail %.20q: warned %q, want %s", tail, got, want)
		}
	}
	if records, err := Metrics(t.TempDir()); records != nil || err != nil {
		t.Errorf("no file: records %v, error %v", records, err)
	}
}

func TestRecordsSurviveTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-zé"<\\ /]{0,5}`)
		r := Record{
			Step:   rapid.IntRange(0, math.MaxInt).Draw(t, "step"),
			Kind:   name.Draw(t, "kind"),
			Values: rapid.MapOfN(name, rapid.Float64(), 0, 4).Draw(t, "values"),
		}
		line, err := r.line()
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseRecord(line)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		again, err := got.line()
		if err != nil || !bytes.Equal(again, line) || got.Step != r.Step {
			t.Fatalf("read %+v from %q (%v)", got, line, err)
		}
		for k, v := range r.Values {
			if got.Values[k] != v && !math.IsInf(v, 0) {
				t.Fatalf("%s is %v, want %v", k, got.Values[k], v)
			}
		}
	})
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("{\"step\":1,\"kind\":\"train\",\"loss\":0.5}\n{\"step\":2"))
	f.Add([]byte("{\"step\":null}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var kept []byte
		read, err := scan(bytes.NewReader(b), func(line []byte, r Record) error {
			kept = append(kept, line...)
			return nil
		})
		if err != nil || read != int64(len(kept)) || !bytes.HasPrefix(b, kept) {
			t.Fatalf("%d bytes read (%v), kept %q", read, err, kept)
		}
	})
}
