package devicestest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"fbnas/devices/internal/fakeadbd"
	"fbnas/internal/await"
	"fbnas/internal/setup"
)

// Phone is a fake phone behind a real adb: client and server.
type Phone struct {
	*fakeadbd.Phone
	client string // with its libraries, and a home of its own
	port   int    // the server's
}

// others are the variables by which adb would find another server or phone.
var others = []string{"ANDROID_SERIAL", "ADB_SERVER_SOCKET", "ANDROID_ADB_SERVER_ADDRESS"}

// StartPhone is NewPhone with the test's own environment set for it.
func StartPhone(t testing.TB) *Phone {
	t.Helper()
	p := NewPhone(t)
	for name, value := range p.Variables() {
		t.Setenv(name, value)
	}
	for _, name := range others {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	return p
}

// NewPhone starts an adb server with a phone attached, both of which end with the
// test. It skips the test if there is no adb.
func NewPhone(t testing.TB) *Phone {
	t.Helper()
	folder, err := os.MkdirTemp("", "phone-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	p := &Phone{client: adbClient(t, folder), port: freePort(t)}
	storage := filepath.Join(folder, "storage")
	if err := os.Mkdir(storage, 0o700); err != nil {
		t.Fatal(err)
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

// Variables are the environment variables that lead to the phone.
func (p *Phone) Variables() map[string]string {
	return map[string]string{"FBNAS_ADB": p.client, "ANDROID_ADB_SERVER_PORT": fmt.Sprint(p.port)}
}

// Environ is this process's environment, changed to lead to this phone only.
func (p *Phone) Environ() []string {
	env := slices.DeleteFunc(os.Environ(), func(kv string) bool {
		name, _, _ := strings.Cut(kv, "=")
		return slices.Contains(others, name)
	})
	for name, value := range p.Variables() {
		env = append(env, name+"="+value)
	}
	return env
}

// Breaks makes one of fakeadbd's faults happen; a fault of the connection itself
// takes effect at the next Attach.
func (p *Phone) Breaks(name string) { p.Fail(fakeadbd.Named(name)) }

// kinds are the phones that a fake one can be.
var kinds = map[string]fakeadbd.Android{
	"fixed":       {Fixed: fakeadbd.FixedSupported, Charging: true, Level: 94},
	"unsupported": {Fixed: fakeadbd.FixedUnsupported, Level: 60},
	"saver":       {Saver: true, Level: 9},
}

// Becomes turns the phone into one of kinds; successive queries find it in these
// thermal states.
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

// Unplug disconnects the cable until Attach, and waits until the server has
// noticed.
func (p *Phone) Unplug(t testing.TB) {
	t.Helper()
	p.Plug(false)
	await.Until(t, "the server notices that the phone is gone", func() bool {
		out, err := p.adb(t, "devices")
		return err == nil && !strings.Contains(out, "\tdevice")
	})
}

// Attach connects the phone to the server again, and returns adb's message.
func (p *Phone) Attach(t testing.TB) (said string) {
	t.Helper()
	p.Plug(true)
	// A server that has just lost the phone needs a moment to notice.
	await.Until(t, "adb connects to the phone", func() bool {
		_, _ = p.adb(t, "disconnect", p.Serial()) // fails where it is not connected
		out, err := p.adb(t, "connect", p.Serial())
		said = strings.TrimSpace(out)
		return err != nil || !strings.Contains(out, "already")
	})
	return said
}

func (p *Phone) adb(t testing.TB, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), await.Left(t))
	defer cancel()
	cmd := exec.CommandContext(ctx, p.client, args...)
	cmd.Env = p.Environ()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// serve runs the server, which looks for no other phones.
func (p *Phone) serve(t testing.TB) {
	log, err := os.CreateTemp("", "adb-log-")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(p.client, "nodaemon", "server")
	cmd.Env = append(p.Environ(), "ADB_LOCAL_TRANSPORT_MAX_PORT=0")
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
	waitFor(t, p.port)
}

// adbClient writes the program that replaces the user's adb.
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
