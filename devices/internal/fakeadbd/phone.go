package fakeadbd

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Phone is a fake phone that listens for an adb server.
type Phone struct {
	// Folder is TMPDIR for the phone's shell; programs in its folder bin come
	// before this machine's.
	Folder   string
	listener net.Listener
	wg       sync.WaitGroup

	mu    sync.Mutex
	fault *Fault
	away  bool // the cable is disconnected
	conns map[net.Conn]bool
}

// Start starts a phone whose files are in folder; `adb connect` reaches it under
// Serial.
func Start(folder string) (*Phone, error) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("fake phone: folder %s: %w", folder, errors.Join(err, os.ErrInvalid))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fake phone: %w", err)
	}
	p := &Phone{Folder: folder, listener: l, conns: map[net.Conn]bool{}}
	p.wg.Go(p.accept)
	return p, nil
}

// Serial is the phone's address, and adb's name for it.
func (p *Phone) Serial() string { return p.listener.Addr().String() }

// Fail makes a fault happen to the next service that it is meant for. Faults of
// the connection itself last until Heal, and take effect at the next connection.
func (p *Phone) Fail(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = &f
}

// Heal removes the fault, and drops the connection so that the server starts
// afresh.
func (p *Phone) Heal() {
	p.mu.Lock()
	p.fault = nil
	p.mu.Unlock()
	p.Drop()
}

// Plug connects the cable or disconnects it: without it the phone accepts no
// connection, however often the server tries to reconnect.
func (p *Phone) Plug(in bool) {
	p.mu.Lock()
	p.away = !in
	p.mu.Unlock()
	if !in {
		p.Drop()
	}
}

// Drop ends every connection; the server may make new ones at once.
func (p *Phone) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
}

// Restart ends every program on the phone, and its connections.
func (p *Phone) Restart() {
	p.killAll()
	p.Drop()
}

// Close ends the phone and every program on it.
func (p *Phone) Close() error {
	err := p.listener.Close()
	p.killAll()
	p.Drop()
	p.wg.Wait()
	return err
}

func (p *Phone) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		if p.away {
			p.mu.Unlock()
			conn.Close()
			continue
		}
		p.conns[conn] = true
		p.mu.Unlock()
		p.wg.Go(func() {
			newLink(p, conn).serve()
			conn.Close()
			p.mu.Lock()
			delete(p.conns, conn)
			p.mu.Unlock()
		})
	}
}

// connecting is the name of the connection's own fault, "" if there is none.
func (p *Phone) connecting() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault != nil && p.fault.In == "" {
		return p.fault.Name
	}
	return ""
}

// takeFault returns the fault, once, for the service that it is meant for.
func (p *Phone) takeFault(service string) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := p.fault
	if f == nil || f.In == "" || !strings.HasPrefix(service, f.In) {
		return nil
	}
	p.fault = nil
	return f
}

// killAll ends every program that the phone's shell has started, including
// detached ones: they are recognised by their inherited TMPDIR.
func (p *Phone) killAll() {
	environments, _ := filepath.Glob("/proc/[0-9]*/environ") // only a bad pattern fails
	for _, path := range environments {
		env, err := os.ReadFile(path)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && pid != os.Getpid() && bytes.Contains(env, []byte("TMPDIR="+p.Folder)) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended already
		}
	}
}
