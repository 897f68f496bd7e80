package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"fbnas/internal/fault"
	"fbnas/internal/yamlform"
)

// maxPoints limits the blocks for which a space may ask a table; of more than a
// few thousand, most are predicted (docs/decisions/predicted-rows.md).
const maxPoints = 1 << 20

// Space is a set of architectures: the content of space.yaml. Every list of
// options may hold a single value; then there is nothing to choose.
type Space struct {
	Name     string
	Input    Input
	Rounding Rounding
	// WidthBy says which blocks share one width choice: those of a stage. The
	// first block of a stage changes to that width and has no shortcut; the
	// others keep the width, and their shortcuts cover all channels.
	WidthBy string
	Stem    Stem
	Stages  []Stage
	Tail    Tail
	Head    HeadRow
}

// Stem is the first convolution, with batch norm and activation.
type Stem struct {
	Kernel, Stride int // Stride 0 means 1
	Width          []int
	Act            string
	Bias           bool
}

// Stage is a sequence of inverted residual blocks with one width; the first has
// the stride. Expansion and kernel are chosen for each block separately.
type Stage struct {
	Blocks, Stride int // Stride 0 means 1
	Width          []int
	Expansion      []float64 // mid = round(in · expansion)
	Kernel         []int
	Act            string
}

// Tail is the block between the last stage and the classifier: a 1x1 convolution
// (conv), an ir_pool, or nothing when Kind is empty.
type Tail struct {
	Kind      Kind
	Width     []int
	Expansion []float64 // of an ir_pool
	Act       string
}

// Fields lists space.yaml: the single table by which it is read, checked and
// written.
func (s *Space) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "name", Value: &s.Name, Required: true},
		{Name: "input", Value: (*inputRecord)(&s.Input), Required: true},
		{Name: "rounding", Value: &s.Rounding, Required: true},
		{Name: "width", Value: &s.WidthBy, Required: true, OneOf: []string{"stage"}},
		{Name: "stem", Value: &s.Stem, Required: true},
		{Name: "stages", Value: yamlform.ListOf(&s.Stages), Required: true},
		{Name: "tail", Value: &s.Tail},
		{Name: "head", Value: &s.Head, Required: true},
	}
}

// Fields lists the record's fields for its file.
func (s *Stem) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "kernel", Value: &s.Kernel, Required: true, Min: 1, Max: maxKernel},
		{Name: "stride", Value: &s.Stride, Min: 1, Max: 8},
		{Name: "width", Value: &s.Width, Required: true, Min: 1, Max: maxChannels},
		{Name: "act", Value: &s.Act, Required: true, OneOf: activations},
		{Name: "bias", Value: &s.Bias},
	}
}

// Fields lists the record's fields for its file.
func (s *Stage) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "blocks", Value: &s.Blocks, Required: true, Min: 1, Max: maxBlocks},
		{Name: "stride", Value: &s.Stride, Min: 1, Max: 8},
		{Name: "width", Value: &s.Width, Required: true, Min: 1, Max: maxChannels},
		{Name: "expansion", Value: &s.Expansion, Required: true, Min: 1. / 64, Max: 64},
		{Name: "kernel", Value: &s.Kernel, Required: true, Min: 1, Max: maxKernel},
		{Name: "act", Value: &s.Act, Required: true, OneOf: activations},
	}
}

// Fields lists the record's fields for its file.
func (t *Tail) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "kind", Value: (*string)(&t.Kind), Required: true, OneOf: []string{string(Conv), string(IRPool)}},
		{Name: "width", Value: &t.Width, Required: true, Min: 1, Max: maxChannels},
		{Name: "expansion", Value: &t.Expansion, Min: 1. / 64, Max: 64},
		{Name: "act", Value: &t.Act, Required: true, OneOf: activations},
	}
}

// ParseSpace reads the content of a space.yaml. The error is a
// yamlform.Problems that lists everything wrong.
func ParseSpace(data []byte) (Space, error) {
	s := Space{}
	err := yamlform.Read(data, versioned{&s}, func() yamlform.Problems { return s.problems() })
	return s, err
}

// ReadSpace reads a space.yaml.
func ReadSpace(path string) (Space, error) {
	data, err := readLimited(path)
	if err != nil {
		return Space{}, fmt.Errorf("read space: %w", err)
	}
	s, err := ParseSpace(data)
	if err != nil {
		return Space{}, fault.New(fault.Usage, "Correct the fields named; `fbnas space show demo --yaml` prints a whole example.",
			"read space %s: %w", path, err)
	}
	return s, nil
}

// YAML returns the space as space.yaml, from which ParseSpace returns the same
// space. Equal spaces give the same bytes. Ranges become lists.
func (s Space) YAML() []byte { return yamlform.Write(versioned{&s}) }

// Digest returns the SHA-256, in hexadecimal, of the space's content. It does not
// depend on the name, nor on the notation of the options.
func (s Space) Digest() string {
	s.Name = ""
	sum := sha256.Sum256(s.YAML())
	return hex.EncodeToString(sum[:])
}

// Validate returns a yamlform.Problems that lists everything wrong, or nil.
func (s Space) Validate() error { return s.problems().Err() }

func (s Space) problems() yamlform.Problems {
	problems := yamlform.Check(versioned{&s})
	if s.Name != "" && !validName.MatchString(s.Name) {
		problems.Add("name", "is %.40q, want %s", s.Name, nameRule)
	}
	checkOdd("stem.kernel", &problems, s.Stem.Kernel)
	blocks := 0
	for i, st := range s.Stages {
		checkOdd(fmt.Sprintf("stages[%d].kernel", i), &problems, st.Kernel...)
		if blocks += st.Blocks; blocks > maxBlocks {
			problems.Add(fmt.Sprintf("stages[%d].blocks", i), "gives more than %d blocks", maxBlocks)
			return problems
		}
	}
	if (s.Tail.Kind == IRPool) != (len(s.Tail.Expansion) > 0) {
		problems.Add("tail.expansion", "is required for kind %s and allowed only there", IRPool)
	}
	if len(problems) == 0 {
		s.checkLayers(&problems)
	}
	return problems
}

// checkLayers reports layers that are too wide and tables that would be too long.
func (s Space) checkLayers(problems *yamlform.Problems) {
	points := 0
	for _, l := range s.Layers(1) {
		if b := l.SupernetBlock(); b.Mid > maxChannels {
			problems.Add(l.field+".expansion", "gives %d hidden channels for %d inputs, want at most %d", b.Mid, b.In, maxChannels)
		}
		n := 1
		for i, axis := range l.Axes {
			if i != AxisIn || !l.Tied() {
				n *= len(axis.Options)
			}
		}
		if points <= maxPoints && points+n > maxPoints {
			problems.Add(l.field, "gives more than %d combinations of options, more than a table can hold", maxPoints)
		}
		points += n
	}
}

func checkOdd(path string, problems *yamlform.Problems, kernels ...int) {
	if i := slices.IndexFunc(kernels, func(k int) bool { return k > 0 && k%2 == 0 }); i >= 0 {
		problems.Add(path, "has %d, want odd sizes", kernels[i])
	}
}
