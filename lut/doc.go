// Package lut is the latency table: what each block costs on one device under
// one condition, how that was measured, and how blocks add up to networks.
package lut
