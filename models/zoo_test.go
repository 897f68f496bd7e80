package models

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// zooModel is one network of models/testdata/zoo.json.
type zooModel struct {
	Name     string
	Size     int `json:"input_size"`
	Rounding struct {
		Divisor int
		Bump    float64 `json:"bump_below"`
	} `json:"width_rounding"`
	Stages    [][]zooRow
	Head      struct{ Classes int }
	Published struct {
		Weights *int64   `json:"conv_weights"`
		FLOPs   *int64   `json:"flops_with_pool"`
		MFLOPs  *float64 `json:"flops_m"`
		Top1    *float64
		Top5    *float64
	}
	Computed struct {
		Weights int64 `json:"conv_weights"`
		Biases  int64
		Norms   int64 `json:"bn_affine"`
		Pooled  int64 `json:"avgpool_input_elements"`
		Params  int64 `json:"trainable_params"`
		MACs    int64 `json:"conv_macs"`
		FLOPs   int64 `json:"flops_with_pool"`
	}
}

type zooRow struct {
	Kind                        string
	Kernel, Out, Stride, Repeat int
	Act, SE                     string
	Bias                        bool
	Groups                      int
	Expansion                   float64
	SEAct                       string  `json:"se_act"`
	SERatio                     float64 `json:"se_ratio"`
	SEOver                      bool    `json:"se_ratio_over_expansion"`
	PWGroups                    int     `json:"pw_groups"`
	PWLGroups                   int     `json:"pwl_groups"`
	Shuffle                     bool    `json:"channel_shuffle"`
	RawPad                      *int    `json:"pad"`
	RawDWPad                    *int    `json:"dw_pad"`
}

func readZoo(t *testing.T) []zooModel {
	t.Helper()
	data, err := os.ReadFile("testdata/zoo.json")
	if err != nil {
		t.Fatal(err)
	}
	var zoo struct{ Models []zooModel }
	if err := json.Unmarshal(data, &zoo); err != nil {
		t.Fatal(err)
	}
	return zoo.Models
}

func (m zooModel) arch() Arch {
	a := Arch{
		Name: strings.ToLower(m.Name), Input: Input{Channels: 3, Height: m.Size, Width: m.Size}, Classes: m.Head.Classes,
		Rounding: Rounding{m.Rounding.Divisor, m.Rounding.Bump}, Head: HeadRow{Bias: true},
	}
	for _, stage := range m.Stages {
		for _, z := range stage {
			a.Rows = append(a.Rows, z.row())
		}
	}
	return a
}

// row states only what differs from the defaults, as a person would.
func (z zooRow) row() Row {
	r := Row{Kind: Kind(z.Kind), Out: z.Out, Stride: unless1(z.Stride), Repeat: unless1(z.Repeat)}
	if r.Kind == Skip {
		return r
	}
	r.Act = z.Act
	if r.Kind == IRPool {
		r.Expansion = z.Expansion
		return r
	}
	r.Kernel, r.Bias = z.Kernel, z.Bias
	pad := z.RawPad
	r.Groups = unless1(z.Groups)
	if r.Kind == IR {
		pad = z.RawDWPad
		r.Expansion, r.Groups, r.OutGroups, r.Shuffle = z.Expansion, unless1(z.PWGroups), unless1(z.PWLGroups), z.Shuffle
	}
	if *pad != z.Kernel/2 {
		r.Pad = pad
	}
	if z.SE != "" && z.SE != "none" {
		r.SE, r.SERatio, r.SEOverExpansion = z.SE, z.SERatio, z.SEOver
		if z.SEAct != z.Act {
			r.SEAct = z.SEAct
		}
	}
	return r
}

func unless1(n int) int {
	if n == 1 {
		return 0
	}
	return n
}

// Every count of every network of the zoo is exact: the published figures where
// there are any, and the independent counter's.
func TestCountsOfTheZoo(t *testing.T) {
	for _, m := range readZoo(t) {
		blocks, err := m.arch().Resolve()
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		got := Count(blocks)
		want := Counts{Params: m.Computed.Params, MACs: m.Computed.MACs, ConvWeights: m.Computed.Weights, FLOPsWithPool: m.Computed.FLOPs}
		if got != want {
			t.Errorf("%s: got %+v, computed %+v", m.Name, got, want)
		}
		if p := m.Published; p.Weights != nil && *p.Weights != got.ConvWeights || p.FLOPs != nil && *p.FLOPs != got.FLOPsWithPool {
			t.Errorf("%s: got %+v, published %+v", m.Name, got, p)
		}
		if p, flops := m.Published.MFLOPs, float64(got.FLOPsWithPool)/1e6; p == nil || math.Abs(flops / *p - 1) > 0.01 {
			t.Errorf("%s: %g million FLOPs, published %v", m.Name, flops, p)
		}
		if pooled := got.FLOPsWithPool - got.MACs; pooled != m.Computed.Pooled {
			t.Errorf("%s: %d elements are pooled, computed %d", m.Name, pooled, m.Computed.Pooled)
		}
	}
}

// What is reported of the built-in architectures is what
// models/testdata/zoo.json says.
func TestPublishedOfTheZoo(t *testing.T) {
	same := func(fraction float64, percent *float64) bool {
		return percent == nil && fraction == 0 || percent != nil && math.Abs(100*fraction-*percent) < 1e-9
	}
	for _, m := range readZoo(t) {
		p, ok := PublishedOf(m.arch().Name)
		if !ok || p.Family == "" || !same(p.Top1, m.Published.Top1) || !same(p.Top5, m.Published.Top5) {
			t.Errorf("%s: %+v", m.Name, p)
		}
	}
	if len(published) != len(ArchNames()) {
		t.Errorf("%d are published, %d built in", len(published), len(ArchNames()))
	}
	if p, ok := PublishedOf("nobody's"); ok {
		t.Errorf("an unknown name has %+v", p)
	}
}

// Params lists exactly the trainable numbers that Count counts, under names
// that are all different.
func TestParamsOfTheZoo(t *testing.T) {
	for _, m := range readZoo(t) {
		blocks, err := m.arch().Resolve()
		if err != nil {
			t.Fatal(err)
		}
		var trained int64
		roles := map[Role]int64{}
		names := map[string]bool{}
		for _, p := range Params(blocks) {
			if names[p.Name] {
				t.Errorf("%s: %s is listed twice", m.Name, p.Name)
			}
			names[p.Name] = true
			n := int64(1)
			for _, d := range p.Shape {
				n *= int64(d)
			}
			roles[p.Role] += n
			if p.Trained() {
				trained += n
			}
		}
		if c := m.Computed; roles[Weight] != c.Weights || roles[Bias] != c.Biases || roles[Gamma]+roles[Beta] != c.Norms {
			t.Errorf("%s: %v, computed %+v", m.Name, roles, c)
		}
		if want := Count(blocks).Params; trained != want {
			t.Errorf("%s: %d trainable numbers listed, %d counted", m.Name, trained, want)
		}
	}
}

// The embedded zoo is what models/testdata/zoo.json says, below some lines that
// name the source: go test ./models -run ZooFiles -update makes all but these again.
func TestZooFiles(t *testing.T) {
	var names []string
	for _, m := range readZoo(t) {
		a := m.arch()
		names = append(names, a.Name)
		path := "zoo/" + a.Name + ".yaml"
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		begin := bytes.Index(have, []byte("version:"))
		remarks := string(have[:max(begin, 0)])
		if !strings.HasPrefix(remarks, "# ") || !strings.Contains(remarks, "Source of the facts: ") {
			t.Errorf("%s does not begin with its source", path)
		}
		want := append([]byte(remarks), a.YAML()...)
		if *update {
			if err := os.WriteFile(path, want, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if !bytes.Equal(have, want) {
			t.Errorf("%s differs from zoo.json:\n%s", path, cmp.Diff(string(want), string(have)))
		}
	}
	slices.Sort(names)
	if d := cmp.Diff(names, ArchNames()); d != "" {
		t.Errorf("built in are others than in zoo.json:\n%s", d)
	}
}

// Every network of the zoo survives being written and read.
func TestArchRoundTrip(t *testing.T) {
	for _, m := range readZoo(t) {
		a := m.arch()
		back, err := ParseArch(a.YAML())
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
		} else if d := cmp.Diff(a, back); d != "" {
			t.Errorf("%s: %s", m.Name, d)
		}
	}
}
