// Package random gives streams of random numbers that are a pure function of
// a seed, a purpose and integer coordinates (epoch, image, step): nothing of
// them has to be saved, and no number of workers changes them.
package random
