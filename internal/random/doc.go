// Package random provides streams of random numbers that are a pure function of
// a seed, a purpose and integer coordinates (epoch, image, step): they have no
// state to be saved, and do not depend on the number of workers.
package random
