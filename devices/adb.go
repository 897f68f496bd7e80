package devices

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"fbnas/internal/fault"
)

// adbClient is the user's own adb. It finds and starts its server itself, by the
// usual environment variables.
type adbClient struct {
	program string
	version string // of its protocol with the server, e.g. "1.0.41"
}

// findADB finds adb: FBNAS_ADB, or the one in PATH.
func findADB(ctx context.Context) (*adbClient, error) {
	const hint = "Install it (Debian: sudo apt-get install adb; or Google's platform-tools), or set FBNAS_ADB to its path."
	program := os.Getenv("FBNAS_ADB")
	if program == "" {
		program = "adb"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fault.New(fault.Device, hint, "find adb: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, "version")
	cmd.WaitDelay = 2 * time.Second
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	version := adbVersion(string(out))
	if err != nil || version == "" {
		return nil, fault.New(fault.Device, hint, "%s does not state its version: %.80q (%v)", path, out, err)
	}
	return &adbClient{program: path, version: version}, nil
}

// adbVersion is the version in the output of `adb version`, "" if there is none.
func adbVersion(text string) string {
	_, rest, _ := strings.Cut(text, "Android Debug Bridge version ")
	version, _, _ := strings.Cut(rest, "\n")
	version = strings.TrimSpace(version)
	if _, err := strconv.Atoi(version[strings.LastIndexByte(version, '.')+1:]); err != nil {
		return ""
	}
	return version
}

// String names the client in errors.
func (a *adbClient) String() string { return a.program + " " + a.version }

// command prepares a call of adb. adb would replace a running server of another
// version by its own; since that server may be in use, such a call is refused.
func (a *adbClient) command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	address := adbServer()
	server, err := serverVersion(ctx, address)
	if err != nil {
		return nil, fmt.Errorf("the adb server at %s: %w", address, err)
	}
	if own := a.version[strings.LastIndexByte(a.version, '.')+1:]; server != "" && server != own {
		return nil, fault.New(fault.Device,
			"Set FBNAS_ADB to the adb that belongs to it, stop it with adb kill-server, or choose another server with ANDROID_ADB_SERVER_PORT.",
			"the adb server at %s has version 1.0.%s, and %s would replace it", address, server, a)
	}
	cmd := exec.CommandContext(ctx, a.program, args...)
	cmd.WaitDelay = 2 * time.Second
	detach(cmd)
	return cmd, nil
}

// adbServer is the address of adb's server.
func adbServer() string {
	host, port := os.Getenv("ANDROID_ADB_SERVER_ADDRESS"), os.Getenv("ANDROID_ADB_SERVER_PORT")
	if s, ok := strings.CutPrefix(os.Getenv("ADB_SERVER_SOCKET"), "tcp:"); ok {
		if i := strings.LastIndexByte(s, ':'); i >= 0 {
			host, s = s[:i], s[i+1:]
		}
		port = s
	}
	if host == "" {
		host = "127.0.0.1"
	}
	if port == "" {
		port = "5037"
	}
	return net.JoinHostPort(host, port)
}

// serverVersion asks a server for its version, as decimal digits; "" if no server
// runs there.
func serverVersion(ctx context.Context, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return "", context.Cause(ctx) // the client starts one
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "000chost:version"); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(io.LimitReader(conn, 64))
	if len(answer) == 0 {
		return "", errors.Join(err, errors.New("no answer"))
	}
	return parseServerVersion(string(answer))
}

// parseServerVersion parses "OKAY", a length and the version, both hexadecimal.
func parseServerVersion(answer string) (string, error) {
	text, ok := strings.CutPrefix(answer, "OKAY0004")
	n, err := strconv.ParseUint(text, 16, 16)
	if !ok || err != nil {
		return "", fault.New(fault.Device, "Check what listens on that port, or choose another with ANDROID_ADB_SERVER_PORT.",
			"it is not an adb server: it answered %.64q", answer)
	}
	return strconv.FormatUint(n, 10), nil
}
