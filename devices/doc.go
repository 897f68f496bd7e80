// Package devices reaches the devices on which models are timed. It knows nothing
// of ONNX.
//
// A [Device] takes files, runs programs, and says what it is and in which state it
// is. Each way to reach one is a row of the table transports: this machine, ssh,
// adb, an emulator, a replayed recording. A device is named by an address, such as
// ssh://pi@board, or by a name from the user's registry.
//
// On other machines a program runs detached, under a small shell script
// (supervise.sh) that keeps its output and ends it when nobody asks for it any
// more. A lost connection therefore does not end a measurement: fbnas reconnects
// and reads on. What a run changes on a phone is written down first and restored
// by whoever comes next, should fbnas be killed.
//
// Errors of ssh and adb are translated by tables: what is wrong, and what to do.
package devices
