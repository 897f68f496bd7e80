// Package chw holds the shape of one image or feature map: one type for who reads
// images, who computes on them and who describes files that take them.
package chw

import "fmt"

// Shape is channels, height and width, in the order in which an image's numbers
// lie, the last fastest.
type Shape struct {
	Channels int `json:"channels"`
	Height   int `json:"height"`
	Width    int `json:"width"`
}

// Size is the number of values.
func (s Shape) Size() int { return s.Channels * s.Height * s.Width }

// Plane is the number of pixels.
func (s Shape) Plane() int { return s.Height * s.Width }

// String is such as 3x224x224.
func (s Shape) String() string { return fmt.Sprintf("%dx%dx%d", s.Channels, s.Height, s.Width) }
