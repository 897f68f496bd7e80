// Package evenly takes elements of a list at equal distances: a sample that represents
// the whole, whatever the list is sorted by.
package evenly
