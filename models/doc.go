// Package models describes networks as data, and builds every block from one
// definition.
//
// An [Arch] is one network: an input size, rows of blocks and a classifier, read
// from arch.yaml. A [Space] is many: the same rows with several options for a
// block's kernel, expansion, width and so on, read from space.yaml. Resolving
// rows gives [Block] values, in which every shape is a number; parsing reports
// all mistakes of a file at once, with their lines.
//
// [Block.Build] lays a block into a graph. Networks, supernets and the blocks
// that are profiled or exported all go through it, so that they cannot differ.
// [Params] names its parameters, and [Count] counts its multiply-accumulates.
//
// The choices of a space lie on the axes of the table in axis.go. A [Selection]
// picks one option of each choice and, through [Space.Arch], gives an
// architecture. [Space.Supernet] builds the largest network once and masks what
// an option leaves out, so that one set of weights serves every architecture;
// [Slice] cuts the weights of one of them out.
package models
