// Package measured is what a measurement says, as plain data: the device and the
// condition that it was made of, its rounds of timed groups, the models that
// failed, and how the device was meanwhile. A latency table keeps these records
// and needs nothing else of a measurement: no meter, no transport, no device.
package measured
