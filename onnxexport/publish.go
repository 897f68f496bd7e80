package onnxexport

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"fbnas/internal/atomicfile"
)

// Session is an opened model.
type Session interface {
	Runner
	Close() error
}

// Proof is what a model is compared with before it is written.
type Proof struct {
	Open      func(model []byte) (Session, error) // by the runtime of the deployment
	Reference Logits                              // the training engine's
	Images    [][]float32                         // real ones, at least ParityInputs
}

// Publish runs the file in the runtime of the deployment, compares it with the
// reference, and writes it to path, with the result in its metadata and its class
// names beside it. A file that fails is not written; the figures are returned anyway.
func (f *File) Publish(ctx context.Context, path string, proof Proof) (Parity, error) {
	parity, err := f.Verify(ctx, proof)
	if err != nil {
		return parity, fmt.Errorf("export %s: %w", path, err)
	}
	f.Metadata.Parity = &parity
	return parity, f.Write(path)
}

// Verify runs the file and compares it with the reference, both on the proof's
// images as the model sees them.
func (f File) Verify(ctx context.Context, proof Proof) (Parity, error) {
	feed, err := FeedOf(f.Model, f.Metadata)
	if err != nil {
		return Parity{}, fmt.Errorf("verify: %w", err)
	}
	data, err := f.Model.Bytes()
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
	return Compare(ctx, f.Metadata.Tolerance(), proof.Reference, feed.Logits(s), images)
}

// LabelsPath is the file of the class names of the model at path: labels.txt
// for model.onnx is model.labels.txt.
func LabelsPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".labels.txt"
}

// WriteLabels writes the names of the classes, one per line, in the order of the
// logits. A name that contains a line break is refused.
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
