package yamlform_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"fbnas/internal/plaintext"
	"fbnas/internal/yamlform"
)

// doc has a field of every type.
type doc struct {
	Title  string
	On     bool
	N      int
	X      float64
	Pad    *int
	Flag   *bool
	Sizes  []int
	Ratios []float64
	Inner  inner
	Items  []inner
}

type inner struct{ A, B int }

func (d *doc) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "title", Value: &d.Title, Required: true},
		{Name: "on", Value: &d.On},
		{Name: "n", Value: &d.N, Min: 1, Max: 9},
		{Name: "x", Value: &d.X},
		{Name: "pad", Value: &d.Pad, Min: 0, Max: 3},
		{Name: "flag", Value: &d.Flag},
		{Name: "sizes", Value: &d.Sizes, Min: 1, Max: 100},
		{Name: "ratios", Value: &d.Ratios},
		{Name: "inner", Value: &d.Inner},
		{Name: "items", Value: yamlform.ListOf(&d.Items)},
	}
}

func (i *inner) Fields() []yamlform.Field {
	return []yamlform.Field{{Name: "a", Value: &i.A, Required: true, Min: 1, Max: 5}, {Name: "b", Value: &i.B}}
}

func read(text string) (doc, error) {
	var d doc
	err := yamlform.Read([]byte(text), &d, func() yamlform.Problems { return yamlform.Check(&d) })
	return d, err
}

func ptr[T any](x T) *T { return &x }

func TestReadAndWrite(t *testing.T) {
	for _, c := range []struct {
		text string
		want doc
	}{
		{"title: a\n", doc{Title: "a"}},
		{"title: \"true\"\n", doc{Title: "true"}},
		{"title: \"two words\"\non: true\nn: 3\nx: 0.1\n", doc{Title: "two words", On: true, N: 3, X: 0.1}},
		{"title: a\npad: 0\nflag: false\n", doc{Title: "a", Pad: ptr(0), Flag: ptr(false)}},
		{"title: a\nsizes: 3\nratios: [0.75, 1.25]\n", doc{Title: "a", Sizes: []int{3}, Ratios: []float64{0.75, 1.25}}},
		{"title: a\ninner: {a: 1, b: -2}\nitems:\n  - {a: 1}\n  - {a: 2, b: 7}\n", doc{Title: "a", Inner: inner{1, -2}, Items: []inner{{1, 0}, {2, 7}}}},
	} {
		got, err := read(c.text)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%q: %s", c.text, d)
		}
		if back := string(yamlform.Write(&got)); back != c.text {
			t.Errorf("%q is written as %q", c.text, back)
		}
	}
}

// TestTextOfOtherEditors: a byte order mark and the line ends of Windows change
// nothing, and lines are counted as people see them.
func TestTextOfOtherEditors(t *testing.T) {
	const text = "# ours\ntitle: \"two words\"\nsizes: [1, 2]\ninner: {a: 1}\nitems:\n  - {a: 1}\n  - a: 2\n    b: 7\n"
	want, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]string{
		"a mark":           plaintext.Mark + text,
		"lines of Windows": strings.ReplaceAll(text, "\n", "\r\n"),
		"both":             plaintext.Mark + strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		got, err := read(other)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s: %v %s", name, err, d)
		}
		_, err = read(other + "n: 12\r\n")
		if got := problems(t, err); len(got) != 1 || got[0] != "9 n" {
			t.Errorf("%s: problems %v, want one in line 9", name, got)
		}
	}
	if _, err := read("\xff\xfet\x00i\x00"); err == nil || err.Error() != "the text is UTF-16: save it as UTF-8" {
		t.Errorf("error %v, want UTF-16 named", err)
	}
}

func TestRanges(t *testing.T) {
	got, err := read("title: a\nsizes: {min: 4, max: 12, step: 4}\nratios: {min: 0.1, max: 0.4, step: 0.1}\n")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(doc{Title: "a", Sizes: []int{4, 8, 12}, Ratios: []float64{0.1, 0.2, 0.3, 0.4}}, got); d != "" {
		t.Error(d)
	}
}

// problems gives each problem as "line field".
func problems(t *testing.T, err error) []string {
	t.Helper()
	var ps yamlform.Problems
	if err != nil && !errors.As(err, &ps) {
		t.Fatalf("a %T: %v", err, err)
	}
	var list []string
	for _, p := range ps {
		list = append(list, fmt.Sprintf("%d %s", p.Line, p.Field))
	}
	return list
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"missing", "n: 3\n", []string{"1 title"}},
		{"zero of a bounded field", "title: a\nn: 0\n", []string{"2 n"}},
		{"several on their lines", "title: 1\nn: 10\nx: .inf\npad: -1\nflag: 1\nsizes: [2, 1]\n", []string{"1 title", "2 n", "3 x", "4 pad", "5 flag", "6 sizes"}},
		{"every element", "title: a\nratios:\n  - a\n  - b\n", []string{"3 ratios[0]", "4 ratios[1]"}},
		{"twice and unknown", "title: a\ntitle: b\nx2: 1\n", []string{"2 title", "3 x2"}},
		{"inside", "title: a\ninner: {b: 1}\nitems: [{a: 9}, 3]\n", []string{"2 inner.a", "3 items[0].a", "3 items[1]"}},
		{"two documents", "title: a\n---\ntitle: b\n", []string{"1 "}},
		{"empty", "# nothing\n", []string{"1 "}},
		{"whole number too large", "title: a\nn: 18446744073709551615\n", []string{"2 n"}},
		{"deep", "title: a\nx: " + strings.Repeat("[", 40), []string{"2 "}},
		{"deep without brackets", "title: a\n" + strings.Repeat("- ", 100) + "a\n", []string{"2 "}},
		{"large", strings.Repeat("#", yamlform.MaxBytes+1), []string{"0 "}},
	} {
		_, err := read(c.text)
		if d := cmp.Diff(c.want, problems(t, err)); d != "" {
			t.Errorf("%s: %s\n%v", c.name, d, err)
		}
	}
}

func TestProblemsAreLimited(t *testing.T) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "k%d: 1\n", i)
	}
	_, err := read(text.String())
	if n := len(problems(t, err)); n != 100 {
		t.Errorf("%d problems, want 100", n)
	}
}

func TestCheckWithoutAFile(t *testing.T) {
	d := doc{Title: "a", N: 12, Sizes: []int{0, 101}, Inner: inner{B: 1}, Items: []inner{{A: 6}, {}}}
	want := []string{"0 n", "0 sizes", "0 inner.a", "0 items[0].a", "0 items[1].a"}
	if diff := cmp.Diff(want, problems(t, yamlform.Check(&d))); diff != "" {
		t.Error(diff)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("title: a\non: true\nn: 3\nx: 0.1\npad: 0\nflag: false\nsizes: [1, 2]\nratios: {min: 1, max: 2, step: 0.5}\ninner: {a: 1}\nitems:\n  - {a: 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := read(string(data))
		if err != nil {
			return
		}
		back, err := read(string(yamlform.Write(&d)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Fatal(diff)
		}
	})
}
