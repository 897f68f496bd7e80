// Package wire is the protocol between the program that measures and the agent
// on the device: one request, with bytes behind it where a model is given
// inputs, then JSON lines back, each numbered and with a checksum, and an end
// record that covers them all. What lacks the end record is a prefix, and every
// line of it that the reader hands out is whole.
//
// Unknown fields and record types are ignored; another major version is
// refused by either side.
package wire
