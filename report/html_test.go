package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"fbnas/card"
	"fbnas/internal/golden"
	"fbnas/models"
	"fbnas/search"
)

func page(t *testing.T, r Report) string {
	t.Helper()
	var out bytes.Buffer
	if err := HTML(&out, r); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// loads matches everything that would make a browser fetch something.
var loads = regexp.MustCompile(`(?i)\s(src|srcset|xlink:href|poster|data|action)\s*=|href\s*=\s*["'][^#]|url\s*\(|@import|<(link|script|iframe|object|embed|img|base)\b`)

// pictured replaces pictures by their titles: people judge their looks; the test
// does not compare them.
var pictured = regexp.MustCompile(`(?s)<svg [^>]*><title>(.*?)</title>.*?</svg>`)

func TestHTML(t *testing.T) {
	full := fake()
	for name, r := range map[string]Report{
		"full":   full,
		"search": {Title: "runs/search-1", Search: full.Search},
		"train":  {Title: "runs/train-1", Networks: []Network{{Name: "train-1", Train: full.Networks[0].Train}}},
		"table":  {Title: "pixel.lut", Table: full.Table},
		"empty":  {},
	} {
		t.Run(name, func(t *testing.T) {
			text := page(t, r)
			wellFormed(t, strings.TrimPrefix(text, "<!DOCTYPE html>\n"))
			if found := loads.FindString(text); found != "" {
				t.Errorf("the page loads something: %q", found)
			}
			if len(text) > 1<<20 {
				t.Errorf("the page has %d bytes", len(text))
			}
			bare := pictured.ReplaceAllString(text, "[picture: $1]")
			bare = strings.Replace(bare, styleText, "[style]\n", 1)
			golden.Check(t, name+".html", []byte(bare))
			if dir := os.Getenv("FBNAS_PLOTS"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Names come from foreign files and folders.
func TestHTMLEscapes(t *testing.T) {
	evil := `</title><script src="http://x">alert(1)</script>`
	curve := []Point{{0, 1}, {1, 0.5}}
	text := page(t, Report{
		Title: evil, Tool: evil,
		Search: &Search{
			Space: evil, Results: []Result{{Found: search.Found{File: evil}, Blocks: []card.Block{{Block: models.Block{Kind: models.Kind(evil), Act: evil}}}}},
			Choices: []Choice{{evil, []Option{{evil, curve}}}},
		},
		Networks: []Network{{Name: evil, Train: &Train{Top1: 0.5, Loss: curve, Accuracy: curve}}},
		Table:    &LatencyTable{Device: evil, Noisy: evil, Families: []Line{{evil, curve}}},
		Stages:   []Stage{{evil, 1}},
		Settings: []File{{evil, evil}},
	})
	wellFormed(t, strings.TrimPrefix(text, "<!DOCTYPE html>\n"))
	if strings.Contains(text, "<script") || loads.MatchString(strings.ReplaceAll(text, `src=&#34;`, "")) {
		t.Error("a name became markup")
	}
}

// A space of many choices and long runs must not make a page of many megabytes.
func TestHTMLStaysSmall(t *testing.T) {
	r := fake()
	for len(r.Search.Choices) < 70 {
		r.Search.Choices = append(r.Search.Choices, r.Search.Choices...)
	}
	if n := len(page(t, r)); n > 1<<20 {
		t.Errorf("the page has %d bytes", n)
	}
}

func TestHeadline(t *testing.T) {
	late := fake()
	late.Networks = late.Networks[:1]
	late.Networks[0].Bench = &Bench{LatencyUS: 1400, TargetUS: 1300}
	promised := fake()
	promised.Networks[0].Bench, promised.Networks = nil, promised.Networks[:1]
	better := fake()
	better.Networks[1].Train.Top1 = 0.912
	for _, c := range []struct {
		r    Report
		want string
	}{
		{fake(), "Found a network that runs in 1.23 ms (limit 1.30 ms) with 90.4 % top-1 accuracy on 10\u202f000 test images. " +
			"Baseline (width ×0.62) reaches 89.8 % in 1.23 ms: 0.6 points less."},
		{late, "Found a network that runs in 1.40 ms (limit 1.30 ms) with 90.4 % top-1 accuracy on 10\u202f000 test images. This is 7.7 % above the limit."},
		{promised, "Found a network that should run in 1.25 ms (limit 1.30 ms) with 90.4 % top-1 accuracy on 10\u202f000 test images."},
		{better, "Found a network that runs in 1.23 ms (limit 1.30 ms) with 90.4 % top-1 accuracy on 10\u202f000 test images. " +
			"Baseline (width ×0.62) reaches 91.2 % in 1.23 ms: 0.8 points more."},
		{Report{Search: fake().Search}, "Found a network that should run in 1.25 ms (limit 1.30 ms)."},
		{Report{Search: &Search{}}, "The search has not derived a network."},
		{Report{Networks: []Network{{Name: "fbnetv2_f1"}}}, "Fbnetv2_f1 has not been tested."},
		{Report{Networks: []Network{{Name: "f1", Train: &Train{Top1: 0.5}}}}, "F1 reaches 50.0 % top-1 accuracy."},
		{Report{Table: fake().Table}, "Measured 482 blocks on Xeon, 2 cores, x86_64; predictions of 20 whole networks are off by 2.1 % on average."},
		{Report{}, ""},
	} {
		if got := Headline(c.r); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

// A pipeline's summary.json is a Report from another source; whatever its figures
// are, there is a page.
func FuzzHTML(f *testing.F) {
	full, err := json.Marshal(fake())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(full)
	f.Add([]byte(`{"networks":[{"name":"a","train":{"top1":1e308},"bench":{"latency_us":1e-320}},{"name":"b","train":{"top1":-1},"bench":{"latency_us":5e-324}}]}`))
	f.Add([]byte(`{"table":{"validation":{"measured":[{"predicted_us":1e308,"measured_us":-1e308}]}},"stages":[{"seconds":-1e300}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r Report
		if json.Unmarshal(data, &r) != nil {
			return
		}
		if text := page(t, r); !strings.HasSuffix(text, "</html>\n") {
			t.Error("the page is not whole")
		}
	})
}
