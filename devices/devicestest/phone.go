package devicestest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fbnas/devices/internal/fakeadbd"
	"fbnas/internal/setup"
)

// Phone is a fake phone behind a real adb: client and server.
type Phone struct {
	*fakeadbd.Phone
	Client string // for FBNAS_ADB: the client with its libraries, and a home of its own
}

// StartPhone starts an adb server with a phone attached, both of which end with
// the test, and lets FBNAS_ADB and ANDROID_ADB_SERVER_PORT lead to it. It skips
// the test where there is no adb.
func StartPhone(t testing.TB) *Phone {
	t.Helper()
	folder, err := os.MkdirTemp("", "phone-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := &Phone{Client: adbClient(t, folder)}
	storage := filepath.Join(folder, "storage")
	if err := os.Mkdir(storage, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FBNAS_ADB", p.Client)
	t.Setenv("ANDROID_ADB_SERVER_PORT", fmt.Sprint(freePort(t)))
	for _, name := range []string{"ANDROID_SERIAL", "ADB_SERVER_SOCKET", "ANDROID_ADB_SERVER_ADDRESS"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	p.serve(t)
	if p.Phone, err = fakeadbd.Start(storage); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	if said := p.Attach(t); !strings.Contains(said, "connected to") {
		t.Fatalf("adb connect: %s", said)
	}
	return p
}

// Breaks lets one of fakeadbd's faults strike; those of the connection itself
// take hold at the next Attach.
func (p *Phone) Breaks(name string) { p.Fail(fakeadbd.Named(name)) }

// kinds are the phones that a fake one may be.
var kinds = map[string]fakeadbd.Android{
	"fixed":       {Fixed: fakeadbd.FixedSupported, Charging: true, Level: 94},
	"unsupported": {Fixed: fakeadbd.FixedUnsupported, Level: 60},
	"saver":       {Saver: true, Level: 9},
}

// Becomes lets the phone be one of kinds, which finds itself in these thermal
// states one question after the other.
func (p *Phone) Becomes(t testing.TB, kind string, thermal ...int) {
	t.Helper()
	a, ok := kinds[kind]
	if !ok {
		t.Fatalf("no kind of phone %q", kind)
	}
	a.Thermal = thermal
	if err := p.Become(a); err != nil {
		t.Fatal(err)
	}
}

// Unplug pulls the cable until Attach, and waits until the server has noticed.
func (p *Phone) Unplug(t testing.TB) {
	t.Helper()
	p.Plug(false)
	for range 250 {
		out, err := p.adb("devices")
		if err == nil && !strings.Contains(out, "\tdevice") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the server does not notice that the phone is gone")
}

// Attach connects the phone to the server anew, and returns what adb says.
func (p *Phone) Attach(t testing.TB) string {
	t.Helper()
	p.Plug(true)
	_, _ = p.adb("disconnect", p.Serial()) // it fails where it is not connected
	// A server that has just lost the phone needs a moment to notice.
	for range 50 {
		out, err := p.adb("connect", p.Serial())
		if err != nil || !strings.Contains(out, "already") {
			return strings.TrimSpace(out)
		}
		time.Sleep(20 * time.Millisecond)
		_, _ = p.adb("disconnect", p.Serial())
	}
	t.Fatal("adb does not connect to the phone")
	return ""
}

func (p *Phone) adb(args ...string) (string, error) {
	out, err := exec.Command("timeout", append([]string{"20", p.Client}, args...)...).CombinedOutput()
	return string(out), err
}

// serve runs the server, which looks for no other phones.
func (p *Phone) serve(t testing.TB) {
	log, err := os.CreateTemp("", "adb-log-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(p.Client, "nodaemon", "server")
	cmd.Env = append(os.Environ(), "ADB_LOCAL_TRANSPORT_MAX_PORT=0")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Skipf("start adb: %v", err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log.Close()
		if text, err := os.ReadFile(log.Name()); err == nil && t.Failed() {
			t.Logf("the end of what the adb server said: %s", text[max(0, len(text)-1000):])
		}
		os.Remove(log.Name())
	})
	var port int
	fmt.Sscan(os.Getenv("ANDROID_ADB_SERVER_PORT"), &port)
	waitFor(t, port)
}

// adbClient writes the program that stands for the user's adb.
func adbClient(t testing.TB, folder string) string {
	t.Helper()
	program, env, err := setup.Program(setup.ADB)
	if err != nil {
		found, missing := exec.LookPath("adb")
		if missing != nil {
			t.Skipf("no adb to test with: %v", err)
		}
		program, env = found, nil
	}
	lines := []string{"#!/bin/sh", "export HOME='" + folder + "'"}
	for _, kv := range env {
		name, value, _ := strings.Cut(kv, "=")
		lines = append(lines, "export "+name+"='"+value+"'")
	}
	lines = append(lines, "exec '"+program+"' \"$@\"")
	path := filepath.Join(folder, "adb")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
