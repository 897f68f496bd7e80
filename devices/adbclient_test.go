package devices

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fbnas/devices/devicestest"
	"fbnas/internal/fault"
)

// TestADBLeavesOtherServersAlone: the real client would end a server of another
// version.
func TestADBLeavesOtherServersAlone(t *testing.T) {
	devicestest.StartPhone(t)
	for answer, says := range map[string]string{
		"OKAY00040027":    "has version 1.0.39, and",
		"HTTP/1.1 400 no": "it is not an adb server",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		asked := make(chan string, 100)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					close(asked)
					return
				}
				request := make([]byte, 16)
				n, _ := c.Read(request)
				asked <- string(request[:n])
				c.Write([]byte(answer))
				c.Close()
			}
		}()
		_, port, _ := net.SplitHostPort(l.Addr().String())
		t.Setenv("ANDROID_ADB_SERVER_PORT", port)
		_, err = Phones(t.Context())
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(fault.HintOf(err), "ANDROID_ADB_SERVER_PORT") {
			t.Errorf("%v (hint %q)", err, fault.HintOf(err))
		}
		l.Close()
		for request := range asked {
			if request != "000chost:version" {
				t.Errorf("it was told %q", request)
			}
		}
	}
}

func TestFindADB(t *testing.T) {
	script := filepath.Join(t.TempDir(), "adb")
	for text, says := range map[string]string{
		"exit 1":     "does not state its version",
		"echo hello": "does not state its version",
		"":           "find adb",
	} {
		os.Remove(script)
		if text != "" {
			if err := os.WriteFile(script, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("FBNAS_ADB", script)
		_, err := findADB(t.Context())
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(fault.HintOf(err), "FBNAS_ADB") || fault.ExitCode(err) != 4 {
			t.Errorf("%q: %v", text, err)
		}
	}
	if phones, err := Phones(t.Context()); len(phones) != 0 || err != nil {
		t.Errorf("without adb: %v, %v", phones, err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Phones(cancelled); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestADBServerAddress(t *testing.T) {
	for _, c := range []struct{ host, port, socket, want string }{
		{"", "", "", "127.0.0.1:5037"},
		{"", "6000", "", "127.0.0.1:6000"},
		{"lab", "6000", "", "lab:6000"},
		{"", "6000", "tcp:7000", "127.0.0.1:7000"},
		{"", "", "tcp:lab:7000", "lab:7000"},
	} {
		t.Setenv("ANDROID_ADB_SERVER_ADDRESS", c.host)
		t.Setenv("ANDROID_ADB_SERVER_PORT", c.port)
		t.Setenv("ADB_SERVER_SOCKET", c.socket)
		if got := adbServer(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
