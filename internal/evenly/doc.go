// Package evenly takes some of a list at equal distances: a part that stands
// for the whole, whatever the list is sorted by.
package evenly
