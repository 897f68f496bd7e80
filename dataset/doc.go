// Package dataset turns image files into batches: it opens a data set, splits
// it, and prefetches normalised batches whose content is a pure function of a
// seed and a step.
package dataset
