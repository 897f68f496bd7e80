package lut_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/latency/measured"
	"fbnas/lut"
)

// draft is a new draft, on a file with only a header.
func draft(t *testing.T) *lut.Draft {
	t.Helper()
	d, err := lut.Create(filepath.Join(t.TempDir(), "x.lut"), lut.Header{
		Version: lut.Version, Condition: newDevice().Condition, Sentinel: lut.Sentinel{TimeUS: 200}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// round is a round of one model, with the device's state in it.
func round(number int, noisy string, course *measured.Course) measured.Round {
	g := measured.Group{MedianUS: 200, MinUS: 199, Runs: 5}
	return measured.Round{Round: number, Sentinel: []measured.Group{g}, Groups: []measured.Group{g}, Noisy: noisy, Course: course}
}

// again reads a draft's file and resumes it.
func again(t *testing.T, d *lut.Draft) *lut.Draft {
	t.Helper()
	d.Close()
	read, err := lut.Read(d.Table().Path)
	if err != nil {
		t.Fatal(err)
	}
	next, err := lut.Resume(read)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(next.Close)
	return next
}

// TestJournal: what the journal returned from is there when the file is resumed,
// and a noisy round only counts where noise is allowed.
func TestJournal(t *testing.T) {
	d := draft(t)
	rejected := round(2, "", nil)
	rejected.Rejected = "drift"
	for _, r := range []measured.Round{round(1, "hot", nil), round(0, "", nil), rejected} {
		if err := d.Journal().Add("batch", r); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Journal().Fail(measured.Failure{Digest: "aa", Kind: "oom"}); err != nil {
		t.Fatal(err)
	}
	if err := d.Journal().Add("batch", measured.Round{Batch: 7, Round: 3}); err == nil || !strings.Contains(err.Error(), "round 3 of batch 7: no sentinel") {
		t.Errorf("a round without a sentinel: %v", err)
	}
	for _, j := range []*lut.Journal{d.Journal(), again(t, d).Journal()} {
		if why, failed := j.Failure("aa"); j.Len() != 2 || !failed || why.Kind != "oom" {
			t.Errorf("%d rounds, failure %+v", j.Len(), why)
		}
		if !j.Has("batch", 0, false) || j.Has("batch", 1, false) || !j.Has("batch", 1, true) || j.Has("batch", 2, true) || j.Has("other", 0, true) {
			t.Error("other rounds count than were measured")
		}
		if all := j.Rounds("batch", true); len(all) != 2 || all[0].Round != 0 || all[1].Round != 1 || len(j.Rounds("batch", false)) != 1 {
			t.Errorf("rounds %+v", all)
		}
	}
}

// TestResumeCutsOff: the rest of an incomplete line is gone before the next line is
// written, however short that is.
func TestResumeCutsOff(t *testing.T) {
	d := draft(t)
	path := d.Table().Path
	d.Close()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"type":"round","batch_id":"` + strings.Repeat("b", 10_000)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	next := again(t, d)
	if next.Table().Cut != 0 {
		t.Errorf("%d bytes are cut off a file that was taken up", next.Table().Cut)
	}
	if err := next.Journal().Add("batch", round(0, "", nil)); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || bytes.Count(data, []byte("\n")) != 2 || !bytes.HasSuffix(data, []byte("\n")) {
		t.Errorf("%d bytes, %v: more than a header and a round", len(data), err)
	}
}

// TestCheckpoint: it leaves rows and an empty journal, and the device's course
// adds up over all rounds.
func TestCheckpoint(t *testing.T) {
	d := draft(t)
	for i, mid := range []int{16, 24} {
		if err := d.Journal().Add("batch", round(i, "", &measured.Course{CoolDowns: i + 1, CooledSeconds: 10})); err != nil {
			t.Fatal(err)
		}
		d.Journal().Note(round(9, "", &measured.Course{Celsius: 40}))
		key := d.Table().Key(ir(16, mid, 16, 8, 1))
		d.Put(lut.Row{Key: key, KeyDigest: key.Digest(), Status: lut.OK, LatencyUS: 10})
		if err := d.Checkpoint(); err != nil {
			t.Fatal(err)
		}
		if n := d.Journal().Len(); n != 0 || len(d.Table().Rows()) != i+1 {
			t.Errorf("%d rounds, %d rows", n, len(d.Table().Rows()))
		}
	}
	d = again(t, d)
	if c := d.Table().Header.Course; c == nil || *c != (measured.Course{CoolDowns: 3, CooledSeconds: 20, Celsius: 40}) {
		t.Errorf("course %+v", c)
	}
	if err := d.Finish(); err != nil || d.Table().Blank() {
		t.Fatal(err)
	}
	if table, err := lut.Load(d.Table().Path); err != nil || len(table.Rows()) != 2 {
		t.Errorf("finished: %v", err)
	}
}
