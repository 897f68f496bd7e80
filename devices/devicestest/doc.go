// Package devicestest starts what can stand for a device on this machine: a
// real ssh server with a faulty line to it, and a real adb with a fake phone.
package devicestest
