package job

import (
	"fmt"

	"fbnas/internal/fault"
	"fbnas/models"
	"fbnas/onnx"
)

// ModelList is the document of fbnas models list.
type ModelList struct {
	Models []ModelInfo `json:"models"`
}

// ModelInfo is the document of fbnas models show, of an architecture.
type ModelInfo struct {
	Name    string       `json:"name"`
	Input   models.Input `json:"input"`
	Classes int          `json:"classes"`
	Family  *string      `json:"family"`         // of a built-in network
	Top1    *float64     `json:"published_top1"` // on ImageNet, with its authors' weights
	Top5    *float64     `json:"published_top5"`
	CountsInfo
	Layers []LayerInfo `json:"layers"`
	YAML   string      `json:"yaml"`
}

// LayerInfo is one block of an architecture.
type LayerInfo struct {
	Name      string      `json:"name"`
	Kind      models.Kind `json:"kind"`
	Height    int         `json:"h"` // of the layer's input
	Width     int         `json:"w"`
	In        int         `json:"in"`
	Mid       int         `json:"mid"`
	Out       int         `json:"out"`
	OutHeight int         `json:"out_h"`
	OutWidth  int         `json:"out_w"`
	Kernel    int         `json:"kernel"`
	Stride    int         `json:"stride"`
	Pad       int         `json:"pad"`
	Act       string      `json:"act"`
	SE        string      `json:"se"`
	Squeeze   int         `json:"squeeze"`
	Groups    int         `json:"groups"`
	OutGroups int         `json:"out_groups"`
	Shuffle   bool        `json:"shuffle"`
	Bias      bool        `json:"bias"`
	Residual  bool        `json:"residual"`
	CountsInfo
}

// Models lists the built-in networks.
func Models() (*ModelList, error) {
	r := &ModelList{}
	for _, name := range models.ArchNames() {
		arch, err := models.LoadArch(name)
		if err != nil {
			return nil, err
		}
		info, err := describeModel(name, arch)
		if err != nil {
			return nil, err
		}
		r.Models = append(r.Models, *info)
	}
	return r, nil
}

// ShowOptions are the options of ShowModel.
type ShowOptions struct {
	Nodes  bool     // of a file that fbnas exported, show the nodes instead of the blocks
	YAML   bool     // return the architecture, to be written as an arch.yaml
	Inputs []string // shapes of an ONNX file's inputs, NAME:1x3x224x224; the others as declared, for one image
}

// ShowModel describes an architecture, by its name or its file, or an ONNX file,
// by its nodes unless it states its architecture: one of the two results is nil.
func ShowModel(name string, o ShowOptions) (*ModelInfo, *FileInfo, error) {
	if !onnx.HasExtension(name) {
		if o.Nodes || len(o.Inputs) > 0 {
			return nil, nil, fault.New(fault.Usage, "Leave out --nodes and --input.", "%s is not an ONNX file", name)
		}
		arch, err := archOf(name)
		if err != nil {
			return nil, nil, err
		}
		info, err := describeModel(name, arch)
		return info, nil, err
	}
	f, err := ReadONNX(name)
	if err != nil {
		return nil, nil, err
	}
	if f.Metadata.Architecture == "" && o.YAML {
		return nil, nil, fault.New(fault.Failure, "Leave out --yaml to see its nodes.", "%s: %w", name, ErrForeign)
	}
	if f.Metadata.Architecture == "" || o.Nodes || len(o.Inputs) > 0 {
		info, err := describeFile(name, f.Model, o.Inputs)
		return nil, info, err
	}
	arch, err := StatedArch(name, f.Metadata)
	if err != nil {
		return nil, nil, err
	}
	info, err := describeModel(name, arch)
	return info, nil, err
}

// describeModel describes an architecture, with the published figures of the
// built-in network of that name.
func describeModel(name string, arch models.Arch) (*ModelInfo, error) {
	blocks, err := arch.Resolve()
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", arch.Name, err)
	}
	info := &ModelInfo{Name: arch.Name, Input: arch.Input, Classes: arch.Classes, CountsInfo: countsOf(blocks...), YAML: string(arch.YAML())}
	for i, b := range blocks {
		h, w := b.OutSize()
		info.Layers = append(info.Layers, LayerInfo{
			Name: models.BlockName(b, i), Kind: b.Kind, Height: b.Height, Width: b.Width,
			In: b.In, Mid: b.Mid, Out: b.Out, OutHeight: h, OutWidth: w, Kernel: b.Kernel, Stride: b.Stride, Pad: b.Pad,
			Act: b.Act, SE: b.SE, Squeeze: b.Squeeze, Groups: b.Groups, OutGroups: b.OutGroups, Shuffle: b.Shuffle,
			Bias: b.Bias, Residual: b.Residual, CountsInfo: countsOf(b),
		})
	}
	if p, ok := models.PublishedOf(name); ok {
		info.Family, info.Top1, info.Top5 = &p.Family, positiveOrNull(p.Top1), positiveOrNull(p.Top5)
	}
	return info, nil
}
