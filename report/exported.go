package report

import (
	"fmt"
	"os"
	"path/filepath"

	"fbnas/card"
	"fbnas/models"
	"fbnas/onnx"
	"fbnas/onnxexport"
)

// loadModel keeps an exported file until the networks are known; ONNX files of
// other origin are passed over.
func (l *loader) loadModel(path string) error {
	m, err := onnx.Read(path)
	if err != nil {
		return err
	}
	md, err := onnxexport.ReadMetadata(m)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if md.Architecture == "" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	file := model{export: Export{
		Path: path, Bytes: info.Size(), Opset: int(m.Opset("")), IRVersion: int(m.Proto.GetIrVersion()),
		Nodes: len(m.Proto.GetGraph().GetNode()),
	}}
	if p := md.Parity; p != nil {
		file.export.ParityDiff, file.export.ParityInputs = p.MaxAbsDiff, p.Inputs
	}
	arch, err := models.ParseArch([]byte(md.Architecture))
	if err != nil {
		return fmt.Errorf("architecture in %s: %w", path, err)
	}
	file.arch = arch
	l.models = append(l.models, file)
	return nil
}

// model is an exported file.
type model struct {
	export Export
	arch   models.Arch
}

// addModel finds the network of a file: the one that says so, else the first
// of that architecture whose file is not known, else a new one.
func (l *loader) addModel(m model) error {
	name := filepath.Base(m.export.Path)
	if n := l.exported(name); n != nil {
		m.export.Top1, m.export.TestImages = n.Export.Top1, n.Export.TestImages
		n.Export = &m.export
		return nil
	}
	resolved, err := m.arch.Resolve()
	if err != nil {
		return fmt.Errorf("architecture in %s: %w", m.export.Path, err)
	}
	blocks := card.Blocks(resolved)
	for i := range l.Networks {
		if n := &l.Networks[i]; n.Export == nil && sameBlocks(n.Blocks, blocks) {
			n.Export = &m.export
			return nil
		}
	}
	counts := models.Count(resolved)
	l.Networks = append(l.Networks, Network{Name: name, MACs: counts.MACs, Params: counts.Params, Blocks: blocks, Export: &m.export})
	return nil
}

// exported is the network whose file has that base name.
func (l *loader) exported(name string) *Network {
	for i := range l.Networks {
		if e := l.Networks[i].Export; e != nil && filepath.Base(e.Path) == name {
			return &l.Networks[i]
		}
	}
	return nil
}
