package lut_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"fbnas/internal/fault"
	"fbnas/internal/plaintext"
	"fbnas/latency"
	"fbnas/lut"
	"fbnas/models"
	"fbnas/profile"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// small is a table with a record of every type that a finished one has.
func small(t testing.TB) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.lut")
	d := phone()
	d.Noise = 0
	d.Course = &latency.Course{ThermalStatus: "light", Celsius: 41.5, Hottest: "skin", Power: "charger", BatteryLevel: 0.94}
	broken, _, _ := export(ir(16, 24, 16, 8, 1))
	d.Fails = map[string]latency.Failure{broken.Digest(): {Digest: broken.Digest(), Kind: "oom", Detail: "too large"}}
	p := plan()
	p.Blocks = []models.Block{ir(8, 16, 16, 16, 2), ir(16, 16, 16, 8, 1), ir(16, 24, 16, 8, 1), head(16, 8, 10)}
	net := func(i, depth int) profile.Network {
		blocks := []models.Block{p.Blocks[0]}
		for range depth {
			blocks = append(blocks, p.Blocks[1])
		}
		return network(i, append(blocks, p.Blocks[3]))
	}
	p.Networks = func(*lut.Table) (c, v []profile.Network, err error) {
		return []profile.Network{net(1, 1), net(2, 3)}, []profile.Network{net(3, 2), net(4, 4)}, nil
	}
	o := options()
	o.Measure.Rounds = 2
	if _, err := profile.Run(t.Context(), d, p, path, o); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestGolden: a table of this version is read, and written unchanged.
func TestGolden(t *testing.T) {
	golden := filepath.Join("testdata", "v3.lut")
	if *update {
		if err := os.WriteFile(golden, small(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	table, err := lut.Load(golden)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := table.Encode(&got); err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("written otherwise (%v):\n%s", err, got.Bytes())
	}
}

// TestOlderVersions: older tables are read, and written as this version.
func TestOlderVersions(t *testing.T) {
	for version, name := range map[int]string{1: "v1.lut", 2: "v2.lut"} {
		table, err := lut.Load(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if v := table.Header.Version; v != version || len(table.Rows()) != 7 || table.Base() >= 0 {
			t.Errorf("version %d, %d rows, base %g", v, len(table.Rows()), table.Base())
		}
		var now bytes.Buffer
		if err := table.Encode(&now); err != nil {
			t.Fatal(err)
		}
		again, err := lut.Parse(&now, "now")
		if err != nil || again.Header.Version != lut.Version || len(again.Rows()) != 7 || again.Base() != table.Base() {
			t.Errorf("%s written anew: %v, header %+v", name, err, again.Header)
		}
	}
}

func TestUnknownRecordsAreKept(t *testing.T) {
	lines := bytes.SplitAfter(small(t), []byte("\n"))
	odd := []byte(`{"type":"remark","text":"by another program"}` + "\n")
	data := bytes.Join(append([][]byte{lines[0], odd}, lines[1:len(lines)-2]...), nil)
	table, err := lut.Parse(bytes.NewReader(data), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	table.Path = filepath.Join(t.TempDir(), "x.lut")
	if err := table.Save(); err != nil {
		t.Fatal(err)
	}
	if saved, _ := os.ReadFile(table.Path); !bytes.Contains(saved, odd) {
		t.Error("the record is gone")
	}
	if _, err := lut.Load(table.Path); err != nil {
		t.Error(err)
	}
}

func TestTheLastOfAKindWins(t *testing.T) {
	data := small(t)
	lines := bytes.SplitAfter(data, []byte("\n"))
	row := regexp.MustCompile(`"latency_us":[0-9.]+`).ReplaceAll(lines[1], []byte(`"latency_us":123`))
	table, err := lut.Parse(bytes.NewReader(append(data, row...)), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	before, _ := lut.Parse(bytes.NewReader(data), "x.lut")
	if table.Finished() {
		t.Error("finished, though its last record is no end")
	}
	if got := table.Rows(); got[0].LatencyUS != 123 || len(got) != len(before.Rows()) {
		t.Errorf("%d rows, the first %v us", len(got), got[0].LatencyUS)
	}
}

// TestTablesOfOtherSystems: Windows line ends and an editor's byte order mark
// change nothing.
func TestTablesOfOtherSystems(t *testing.T) {
	data := small(t)
	want, err := lut.Parse(bytes.NewReader(data), "x.lut")
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]string{
		"a mark":           plaintext.Mark + string(data),
		"lines of Windows": strings.ReplaceAll(string(data), "\n", "\r\n"),
		"both":             plaintext.Mark + strings.ReplaceAll(string(data), "\n", "\r\n"),
	} {
		got, err := lut.Parse(strings.NewReader(other), "x.lut")
		if err != nil || !got.Finished() {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var a, b bytes.Buffer
		if err := errors.Join(want.Encode(&a), got.Encode(&b)); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: another table (%v)", name, err)
		}
		if _, err := lut.Parse(strings.NewReader(strings.Replace(other, `"latency_us":`, `"latency_us": `, 1)), "x.lut"); err == nil {
			t.Errorf("%s: a change inside a line goes unnoticed", name)
		}
	}
	wide := bytes.ReplaceAll(data, []byte("{"), []byte("{\x00"))
	if _, err := lut.Parse(bytes.NewReader(wide), "x.lut"); err == nil || !strings.Contains(err.Error(), "line 1: the text is UTF-16") {
		t.Errorf("error %v, want UTF-16 named", err)
	}
}

func TestBadFiles(t *testing.T) {
	good := string(small(t))
	lines := strings.SplitAfter(good, "\n")
	swap := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %s in the table", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	for _, c := range []struct {
		name, data, says string
	}{
		{"empty", "", "not a latency table"},
		{"an image", "\x89PNG\r\n\x1a\n\x00\x00", "not a latency table"},
		{"other JSON", `{"type":"row"}` + "\n", "not a latency table"},
		{"a list", "[1,2]\n", "not a latency table"},
		{"a newer version", swap(`"version":3`, `"version":9`), "version 9"},
		{"another number format", swap(`"precision":"fp32"`, `"precision":"fp16"`), `models in "fp16"`},
		{"garbage in the middle", lines[0] + lines[1] + "garbage\n" + lines[2], "line 3: not a record"},
		{"a lost row", lines[0] + strings.Join(lines[2:], ""), "the records before it were changed"},
		{"a changed figure", swap(`"status":"ok","latency_us":`, `"status":"ok","latency_us":1`), "the records before it were changed"},
		{"a changed key", swap(`"row","key":{"kind":"ir","kernel":3`, `"row","key":{"kind":"ir","kernel":5`), "line 2: row record: key_sha256"},
		{"a reference of no size", swap(`"blocks":[{"kind":"ir","kernel":3`, `"blocks":[{"kind":"ir","kernel":0`), "header record: reference: block 0"},
		{"a negative figure", swap(`"spread_us":`, `"spread_us":-1`), "spread_us is -1"},
		{"an unknown status", swap(`"status":"ok"`, `"status":"fine"`), `status "fine"`},
		{"a round without checksum", good + `{"type":"round","batch_id":"a","round":{}}` + "\n", "checksum"},
		{"a prediction that no fit gives", lines[0] + `{"type":"prediction","kind":"ir","step":0,"align":1,"scale":0.1}` + "\n", "prediction record"},
		{"a prediction of heads", lines[0] + `{"type":"prediction","kind":"head","step":8,"align":1,"scale":0.1}` + "\n", `kind "head"`},
		{"an endless line", lines[0] + strings.Repeat("x", 2<<20), "line 2: longer than"},
	} {
		path := filepath.Join(t.TempDir(), "x.lut")
		if err := os.WriteFile(path, []byte(c.data), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := lut.Load(path)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) || fault.HintOf(err) == "" {
			t.Errorf("%s: error %v (hint %q), want %q in it", c.name, err, fault.HintOf(err), c.says)
		}
	}
}

// TestCutTable: a prefix of a table can be read and says that it is one.
func TestCutTable(t *testing.T) {
	good := small(t)
	header := bytes.IndexByte(good, '\n') + 1
	for n := header; n < len(good); n += 101 {
		path := filepath.Join(t.TempDir(), "x.lut")
		if err := os.WriteFile(path, good[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		table, err := lut.Read(path)
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		if want := n - 1 - bytes.LastIndexByte(good[:n], '\n'); table.Cut != want || table.Finished() {
			t.Fatalf("%d bytes: %d cut off, want %d; finished %v", n, table.Cut, want, table.Finished())
		}
		if want := sha256.Sum256(good[:n]); table.Digest != hex.EncodeToString(want[:]) {
			t.Fatalf("%d bytes: digest %s, want that of the whole file, %x", n, table.Digest, want)
		}
		if _, err := lut.Load(path); err == nil || !strings.Contains(err.Error(), "unfinished") {
			t.Fatalf("%d bytes: loaded (%v)", n, err)
		}
	}
	if _, err := lut.Load(filepath.Join(t.TempDir(), "none.lut")); !strings.Contains(fault.HintOf(err), "fbnas profile") {
		t.Errorf("no file: %v (hint %q)", err, fault.HintOf(err))
	}
}

// FuzzParse: everything that is read can be written and read again without
// change; the rest is an error, never a panic.
func FuzzParse(f *testing.F) {
	good := small(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(slices.Concat(good[:bytes.IndexByte(good, 0x0a)+1], []byte(`{"type":"prediction","kind":"ir","step":8,"align":4,"trend":{"call":1},"weights":{"in":1},"nugget":0.1,"scale":0.1,"shapes":9}`+"\n")))
	f.Add([]byte(`{"type":"header","version":1,"condition":{"precision":"fp32","batch":1}}` + "\n" + `{"type":"x"}` + "\n"))
	for _, absurd := range []string{`"p95_error":-0.5`, `"latency_us":1e30`, `"base_us":1e999`, `"measured_us":0`, `"left_out_us":1e300`} {
		name, _, _ := strings.Cut(absurd, ":")
		f.Add(regexp.MustCompile(name+`:[0-9.e-]+`).ReplaceAll(good, []byte(absurd)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := lut.Parse(bytes.NewReader(data), "x.lut")
		if err != nil {
			return
		}
		use(t, table)
		var first, second bytes.Buffer
		if err := table.Encode(&first); err != nil {
			t.Fatal(err)
		}
		again, err := lut.Parse(bytes.NewReader(first.Bytes()), "x.lut")
		if err != nil {
			t.Fatalf("what was written does not read: %v\n%s", err, first.Bytes())
		}
		if err := again.Encode(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("written otherwise the second time (%v):\n%s\n%s", err, first.Bytes(), second.Bytes())
		}
	})
}
