// Package devicestest starts what can stand for a device on this machine: a
// real ssh server with a faulty line to it, a real adb with a fake phone, and a
// virtual arm64 board.
package devicestest
