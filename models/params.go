package models

import "fmt"

// Role is what a parameter does in its layer.
type Role string

// The roles. Mean and Var are a batch norm's running statistics: state, but
// not trained.
const (
	Weight Role = "weight"
	Bias   Role = "bias"
	Gamma  Role = "gamma"
	Beta   Role = "beta"
	Mean   Role = "mean"
	Var    Role = "var"
)

// Init is how a parameter starts (docs/background/networks.md, "Starting
// values").
type Init string

// The ways to start.
const (
	InitHe      Init = "he"      // normal, deviation √(2/FanOut)
	InitUniform Init = "uniform" // between ±1/√FanIn
	InitZero    Init = "zero"
	InitOne     Init = "one"
)

// Param is one tensor of a network's state. Names are what checkpoints use:
//
//	blocks.NN.CONV.weight                       [out, in/groups, k, k]
//	blocks.NN.CONV.bias                         [out]
//	blocks.NN.CONV.bn.{gamma,beta,mean,var}     [out]
//
// NN counts the blocks from 00; the classifier's block is called head. CONV is
// the name of the Convolution: conv, expand, depthwise, se.reduce, se.expand,
// project or classifier.
type Param struct {
	Name  string
	Shape []int
	Role  Role
	Init  Init
	// FanIn is the number of inputs that one output reads, FanOut the number
	// of outputs that one input reaches at stride 1, both within a group. They
	// are those of the convolution for its bias too, and 0 for batch norms.
	FanIn, FanOut int
}

// Trained reports whether gradient steps change the parameter.
func (p Param) Trained() bool { return p.Role != Mean && p.Role != Var }

// Params lists the state of a network in the order of its layers.
func Params(blocks []Block) []Param {
	var ps []Param
	for i, b := range blocks {
		ps = append(ps, b.params(BlockName(b, i))...)
	}
	return ps
}

// params lists the block's state under its name.
func (b Block) params(name string) []Param {
	var ps []Param
	for _, c := range b.Convolutions() {
		prefix := name + "." + c.Name
		ps = append(ps, c.params(prefix)...)
		if c.BatchNorm {
			ps = append(ps, c.norm(prefix+".bn", b.Residual && c.Name == "project")...)
		}
	}
	return ps
}

// BlockName returns the name under which the parameters of block b, block i of
// its network, are stored.
func BlockName(b Block, i int) string {
	if b.Kind == Head {
		return "head"
	}
	return fmt.Sprintf("blocks.%02d", i)
}

func (c Convolution) params(prefix string) []Param {
	area := c.Kernel * c.Kernel
	p := Param{Name: prefix + ".weight", Shape: c.WeightShape(), Role: Weight, Init: InitHe, FanIn: c.In / c.Groups * area, FanOut: c.Out / c.Groups * area}
	bias := Param{Name: prefix + ".bias", Shape: []int{c.Out}, Role: Bias, Init: InitZero, FanIn: p.FanIn, FanOut: p.FanOut}
	if c.Name == "se.expand" || c.Name == "classifier" {
		p.Init, bias.Init = InitUniform, InitUniform
	}
	if !c.Bias {
		return []Param{p}
	}
	return []Param{p, bias}
}

// norm lists a batch norm. At the end of a residual branch it starts with gamma
// 0, so that the block starts as the identity.
func (c Convolution) norm(prefix string, endsBranch bool) []Param {
	gamma := InitOne
	if endsBranch {
		gamma = InitZero
	}
	n := func(role Role, init Init) Param {
		return Param{Name: prefix + "." + string(role), Shape: []int{c.Out}, Role: role, Init: init}
	}
	return []Param{n(Gamma, gamma), n(Beta, InitZero), n(Mean, InitZero), n(Var, InitOne)}
}
