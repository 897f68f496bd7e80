package models

// Kind is the kind of a block (docs/background/networks.md, "Blocks").
type Kind string

// The block kinds.
const (
	Conv   Kind = "conv"    // convolution, batch norm, activation
	IR     Kind = "ir"      // inverted residual
	Skip   Kind = "skip"    // identity, or a 1x1 convolution where widths or sizes differ
	IRPool Kind = "ir_pool" // expansion, global average pool, 1x1 convolution on the 1x1 map
	Head   Kind = "head"    // global average pool, 1x1 convolution with bias to the classes
)

// Block is one block of a network with all shapes resolved: what is built,
// counted, profiled and exported. It is also the key of a table's row, so its
// JSON form is canonical: fixed field order, every field present except Classes.
type Block struct {
	Kind       Kind   `json:"kind"`
	Kernel     int    `json:"kernel"`
	Stride     int    `json:"stride"`
	Pad        int    `json:"pad"`
	Act        string `json:"act"` // none | relu | hswish
	SE         string `json:"se"`  // none | hsigmoid | sigmoid: the gate's function
	SEAct      string `json:"se_act"`
	Squeeze    int    `json:"sq"`
	Groups     int    `json:"groups"`     // of the convolution (conv) or the expanding 1x1 (ir)
	OutGroups  int    `json:"out_groups"` // of the projecting 1x1 (ir)
	Shuffle    bool   `json:"shuffle"`    // channel shuffle over Groups after the expansion
	Bias       bool   `json:"bias"`       // of the convolutions before a batch norm
	BatchNorm  bool   `json:"bn"`
	Height     int    `json:"h"` // of the input
	Width      int    `json:"w"`
	In         int    `json:"cin"`
	Mid        int    `json:"mid"`
	Out        int    `json:"cout"`
	ExpandConv bool   `json:"expand_conv"`
	Residual   bool   `json:"residual"`
	Classes    int    `json:"classes,omitempty"` // head: same as Out, for tables made before the data set is known
}
