package text

import (
	"bytes"
	"math"
	"testing"

	"fbnas/internal/golden"
)

func sample() *Table {
	table := NewTable(Left("model"), Right("latency p50 µs"), Right("top-1"), Left("note"), Left(""))
	table.Row("found_net.v1", "1230.5", "90.4 %", "", "")
	table.Row("a | b", "88.0", Absent, "a rather long remark that no terminal may fold into several lines", "")
	return table
}

func TestTable(t *testing.T) {
	for _, c := range []struct {
		name  string
		write func(*Table, *bytes.Buffer) error
	}{
		{"table.txt", func(t *Table, w *bytes.Buffer) error { return t.WriteText(w) }},
		{"table.md", func(t *Table, w *bytes.Buffer) error { return t.WriteMarkdown(w) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			if err := c.write(sample(), &out); err != nil {
				t.Fatal(err)
			}
			golden.Check(t, c.name, out.Bytes())
		})
	}
}

func TestRowNeedsEveryCell(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a short row was accepted")
		}
	}()
	NewTable(Left("a"), Left("b")).Row("only one")
}

func TestFormat(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Latency(0), "0 µs"},
		{Latency(0.873), "0.87 µs"},
		{Latency(9.996), "10.0 µs"},
		{Latency(99.97), "100 µs"},
		{Latency(873.2), "873 µs"},
		{Latency(999.7), "1.00 ms"},
		{Latency(1234), "1.23 ms"},
		{Latency(15e3), "15.0 ms"},
		{Latency(1.5e9), "1500 s"},
		{Latency(-1234), "-1.23 ms"},
		{Latency(math.NaN()), Absent},
		{Latency(math.Inf(1)), Absent},
		{Count(0), "0"},
		{Count(999), "999"},
		{Count(1000), "1.00 k"},
		{Count(2_250_000), "2.25 M"},
		{Count(999_999), "1.00 M"},
		{Count(217_000_000), "217 M"},
		{Bytes(0), "0 B"},
		{Bytes(512), "512 B"},
		{Bytes(27_314), "27.3 kB"},
		{Bytes(38_023_776), "38.0 MB"},
		{Percent(0.9041), "90.4 %"},
		{Percent(math.NaN()), Absent},
		{Change(1.02, 1), "+2.0 %"},
		{Change(0.97, 1), "-3.0 %"},
		{Change(1, 0), Absent},
		{Seconds(4.21), "4.2 s"},
		{Seconds(59.97), "1 min 00 s"},
		{Seconds(192), "3 min 12 s"},
		{Seconds(3900), "1 h 05 min"},
		{Seconds(math.NaN()), Absent},
		{Plain("größe µs\u00a0→ 卷积\nnext\tcell"), "größe µs\u00a0→ 卷积\nnext cell"},
		{Plain("\x1b[2J\a\r\u009b1m\u202eevil\xff"), "�[2J���1m�evil�"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestPlural(t *testing.T) {
	for want, got := range map[string]string{
		"1 row": Plural(1, "row"), "0 rows": Plural(0, "row"), "2 rows": Plural(2, "row"), "-1 rows": Plural(-1, "row"),
		"1 class": Plural(1, "class"), "10 classes": Plural(10, "class"), "3 boxes": Plural(3, "box"), "12 times": Plural(12, "time"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
