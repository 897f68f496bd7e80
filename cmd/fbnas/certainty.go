package main

import "fbnas/internal/text"

// plusMinus is the error of a prediction, in µs; nil: unknown.
func plusMinus(errorUS *float64) string {
	if errorUS == nil {
		return "± unknown"
	}
	return "± " + text.Latency(*errorUS)
}
