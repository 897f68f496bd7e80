// Package models holds the networks: blocks, architectures and spaces as data,
// their counts, and the one definition of each block from which networks,
// supernets and profiled blocks are built.
package models
