package main

import (
	"fmt"

	"fbnas/internal/text"
	"fbnas/lut"
	"fbnas/models"
)

// plusMinus is the error of a prediction, in µs; nil: not known.
func plusMinus(errorUS *float64) string {
	if errorUS == nil {
		return "± unknown"
	}
	return "± " + text.Latency(*errorUS)
}

// doubts are what a user of a table in a space has to know of its certainty.
func doubts(t *lut.Table, space models.Space) []string {
	var list []string
	c := t.Certainty()
	noisy := c.Noisy
	c.Noisy = "" // said on its own
	switch c.Origin {
	case lut.None:
		list = append(list, fmt.Sprintf("table %s has no certainty: how far its predictions are off is %s; fbnas lut validate finds out", t.Path, c))
	case lut.LeaveOneOut:
		list = append(list, fmt.Sprintf("table %s: %s", t.Path, c))
	}
	if c.Known() && c.Space != space.Name {
		list = append(list, fmt.Sprintf("the errors of table %s were found with networks of space %s, not of %s", t.Path, c.Space, space.Name))
	}
	if noisy != "" {
		list = append(list, fmt.Sprintf("table %s is marked as not steady: %s", t.Path, noisy))
	}
	return list
}
