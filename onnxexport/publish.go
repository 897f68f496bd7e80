package onnxexport

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"fbnas/internal/atomicfile"
	"fbnas/onnx"
)

// Session is an opened model.
type Session interface {
	Runner
	Close() error
}

// Proof is what a model has to be held against before it is written.
type Proof struct {
	Open      func(model []byte) (Session, error) // by the runtime of the deployment
	Reference Logits                              // the training engine's
	Images    [][]float32                         // real ones, at least ParityInputs
}

// Publish runs the model as it will be run, compares it with the reference,
// and writes it to path with the result in its metadata, and its class names
// beside it. A model that fails is not written; the figures come back anyway.
func Publish(ctx context.Context, path string, m *onnx.Model, proof Proof) (Parity, error) {
	parity, err := Verify(ctx, m, proof)
	if err != nil {
		return parity, fmt.Errorf("export %s: %w", path, err)
	}
	md, err := ReadMetadata(m)
	if err != nil {
		return parity, fmt.Errorf("export %s: %w", path, err)
	}
	md.Parity = &parity
	return parity, Write(path, m, md)
}

// Write writes a model that was proven to path, with md as its metadata and its
// class names beside it.
func Write(path string, m *onnx.Model, md Metadata) error {
	if err := md.Store(m); err != nil {
		return fmt.Errorf("export %s: %w", path, err)
	}
	// The labels first: they may be refused, and a model is what is looked for.
	if md.Classes != nil {
		if err := WriteLabels(LabelsPath(path), md.Classes); err != nil {
			return err
		}
	}
	return m.Write(path)
}

// Verify runs the model and compares it with the reference, both on the
// proof's images as the model sees them.
func Verify(ctx context.Context, m *onnx.Model, proof Proof) (Parity, error) {
	md, err := ReadMetadata(m)
	if err != nil {
		return Parity{}, err
	}
	feed, err := FeedOf(m, md)
	if err != nil {
		return Parity{}, fmt.Errorf("verify: %w", err)
	}
	data, err := m.Bytes()
	if err != nil {
		return Parity{}, err
	}
	s, err := proof.Open(data)
	if err != nil {
		return Parity{}, err
	}
	defer s.Close()
	images := make([][]float32, len(proof.Images))
	for i, image := range proof.Images {
		images[i] = feed.Seen(image)
	}
	return Compare(ctx, md.Tolerance(), proof.Reference, feed.Logits(s), images)
}

// LabelsPath is where the class names of the model at path stand: labels.txt
// for model.onnx is model.labels.txt.
func LabelsPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".labels.txt"
}

// WriteLabels writes the names of the classes, one a line, in the order of the
// logits. A name that has a line break itself is refused.
func WriteLabels(path string, classes []string) error {
	for i, c := range classes {
		if strings.ContainsAny(c, "\r\n") {
			return fmt.Errorf("write %s: the name of class %d, %q, has a line break", path, i, c)
		}
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		for _, c := range classes {
			if _, err := fmt.Fprintln(w, c); err != nil {
				return err
			}
		}
		return nil
	})
}
