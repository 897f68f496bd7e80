package dataset

import (
	"errors"
	"testing"

	"fbnas/internal/chw"
	"fbnas/internal/fault"
)

// panickingSource is a source that panics for every picture.
type panickingSource struct{ source }

func (panickingSource) pixels(int, []uint8) error { panic("a decoder stumbled") }

// TestAPanicInALoaderIsAnError: nothing else would recover a panic in a goroutine
// that makes batches.
func TestAPanicInALoaderIsAnError(t *testing.T) {
	split := *makeSet(t, 4, 2, chw.Shape{Channels: 1, Height: 3, Width: 3}, 1).Train
	split.src = panickingSource{split.src}
	l, err := NewLoader(&split, LoaderOptions{Batch: 1, Epochs: 1})
	if err != nil {
		t.Fatal(err)
	}
	l.Start(t.Context(), 0)
	defer l.Close()
	_, err = l.Next()
	if bug := new(fault.Bug); !errors.As(err, &bug) || bug.Value != "a decoder stumbled" {
		t.Errorf("the loader gives %v", err)
	}
}
