package models

import (
	"fmt"
	"os"
	"regexp"

	"fbnas/internal/chw"
	"fbnas/internal/fault"
	"fbnas/internal/lfs"
	"fbnas/internal/yamlform"
)

// Limits of an architecture. They keep all of its counts within 64 bits: 512
// blocks of at most 2^53 multiply-accumulates.
const (
	maxChannels = 8192
	maxSide     = 1024
	maxKernel   = 11
	maxBlocks   = 512
)

// Arch is an architecture as a person writes it: the content of arch.yaml.
// Resolve gives its blocks.
type Arch struct {
	Name     string
	Input    Input
	Classes  int
	Rounding Rounding
	Rows     []Row
	Head     HeadRow
}

// Input is the shape of one image.
type Input = chw.Shape

// Row describes one block, or Repeat equal ones of which only the first has the
// stride. The table `rules` lists the fields that each kind uses.
type Row struct {
	Kind      Kind
	Out       int     // channels
	Kernel    int     // odd
	Stride    int     // 0 means 1
	Repeat    int     // 0 means 1
	Expansion float64 // mid = round(in · expansion); or Mid
	Mid       int     // the hidden width itself
	Act       string  // none, relu or hswish
	SE        string  // the gate, hsigmoid or sigmoid; none when empty
	SEAct     string  // between the two convolutions of the gate; Act when empty
	SERatio   float64 // squeeze width = round(int(mid · ratio)); or Squeeze
	// SEOverExpansion divides SERatio by the expansion, so that the squeeze is a
	// fraction of the block's input (FBNetV3).
	SEOverExpansion bool
	Squeeze         int   // the squeeze width itself
	Pad             *int  // on every side; kernel/2 when nil
	Groups          int   // of a conv, or of an inverted residual's first 1x1
	OutGroups       int   // of an inverted residual's last 1x1
	Shuffle         bool  // channels over Groups, before the depthwise convolution
	Bias            bool  // of convolutions that a batch norm follows
	ExpandConv      bool  // expands even if mid equals in; otherwise only where they differ
	Residual        *bool // false leaves out the shortcut that the shapes would allow
}

// HeadRow describes the classifier: global average pool, then a 1x1
// convolution to the classes.
type HeadRow struct{ Bias bool }

// Fields lists arch.yaml: the single table by which it is read, checked and
// written.
func (a *Arch) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "name", Value: &a.Name, Required: true},
		{Name: "input", Value: (*inputRecord)(&a.Input), Required: true},
		{Name: "classes", Value: &a.Classes, Required: true, Min: 1, Max: maxChannels},
		{Name: "rounding", Value: &a.Rounding, Required: true},
		{Name: "blocks", Value: yamlform.ListOf(&a.Rows), Required: true},
		{Name: "head", Value: &a.Head, Required: true},
	}
}

// inputRecord is an Input in a file.
type inputRecord Input

// Fields lists the record's fields for its file.
func (in *inputRecord) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "channels", Value: &in.Channels, Required: true, Min: 1, Max: maxChannels},
		{Name: "height", Value: &in.Height, Required: true, Min: 1, Max: maxSide},
		{Name: "width", Value: &in.Width, Required: true, Min: 1, Max: maxSide},
	}
}

// Fields lists the record's fields for its file.
func (r *Row) Fields() []yamlform.Field {
	return []yamlform.Field{
		{Name: "kind", Value: (*string)(&r.Kind), Required: true, OneOf: rowKinds()},
		{Name: "out", Value: &r.Out, Required: true, Min: 1, Max: maxChannels},
		{Name: "kernel", Value: &r.Kernel, Min: 1, Max: maxKernel},
		{Name: "stride", Value: &r.Stride, Min: 1, Max: 8},
		{Name: "repeat", Value: &r.Repeat, Min: 1, Max: maxBlocks},
		{Name: "expansion", Value: &r.Expansion, Min: 1. / 64, Max: 64},
		{Name: "mid", Value: &r.Mid, Min: 1, Max: maxChannels},
		{Name: "act", Value: &r.Act, OneOf: activations},
		{Name: "se", Value: &r.SE, OneOf: gates},
		{Name: "se_act", Value: &r.SEAct, OneOf: activations},
		{Name: "se_ratio", Value: &r.SERatio, Min: 1. / 1024, Max: 64},
		{Name: "se_over_expansion", Value: &r.SEOverExpansion},
		{Name: "squeeze", Value: &r.Squeeze, Min: 1, Max: maxChannels},
		{Name: "pad", Value: &r.Pad, Min: 0, Max: maxKernel / 2},
		{Name: "groups", Value: &r.Groups, Min: 1, Max: maxChannels},
		{Name: "out_groups", Value: &r.OutGroups, Min: 1, Max: maxChannels},
		{Name: "shuffle", Value: &r.Shuffle},
		{Name: "bias", Value: &r.Bias},
		{Name: "expand_conv", Value: &r.ExpandConv},
		{Name: "residual", Value: &r.Residual},
	}
}

// Fields lists the record's fields for its file.
func (h *HeadRow) Fields() []yamlform.Field {
	return []yamlform.Field{{Name: "bias", Value: &h.Bias, Required: true}}
}

// validName keeps names usable as file names and in plain YAML.
var validName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]{0,63}$`)

const nameRule = "a letter, then at most 63 letters, digits, '_', '.' or '-'"

var (
	activations = []string{"none", "relu", "hswish"}
	gates       = []string{"hsigmoid", "sigmoid"}
)

// ParseArch reads the content of an arch.yaml. The error is a
// yamlform.Problems that lists everything wrong, shapes included.
func ParseArch(data []byte) (Arch, error) {
	var a Arch
	err := yamlform.Read(data, versioned{&a}, func() yamlform.Problems {
		_, problems := a.resolve()
		return problems
	})
	return a, err
}

// ReadArch reads an arch.yaml.
func ReadArch(path string) (Arch, error) {
	data, err := readLimited(path)
	if err != nil {
		return Arch{}, fmt.Errorf("read architecture: %w", err)
	}
	a, err := ParseArch(data)
	if err != nil {
		return Arch{}, fault.New(fault.Usage, "Correct the fields named; `fbnas models show fbnetv2_f1 --yaml` prints a whole example.",
			"read architecture %s: %w", path, err)
	}
	return a, nil
}

// YAML returns the architecture as arch.yaml, from which ParseArch returns the
// same architecture. Equal architectures give the same bytes.
func (a Arch) YAML() []byte { return yamlform.Write(versioned{&a}) }

// Resolve returns the blocks of the network with all shapes, the head last. The
// error is a yamlform.Problems that lists everything wrong.
func (a Arch) Resolve() ([]Block, error) {
	blocks, problems := a.resolve()
	if len(problems) > 0 {
		return nil, fmt.Errorf("architecture %s: %w", a.Name, problems)
	}
	return blocks, nil
}

// versioned puts the format's version before a record.
type versioned struct{ yamlform.Record }

func (v versioned) Fields() []yamlform.Field {
	version := new(int)
	*version = 1
	return append([]yamlform.Field{{Name: "version", Value: version, Required: true, Min: 1, Max: 1}}, v.Record.Fields()...)
}

func readLimited(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > yamlform.MaxBytes {
		return nil, fmt.Errorf("%s has %d bytes, at most %d are read", path, info.Size(), yamlform.MaxBytes)
	}
	if err := lfs.Check(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
