package devicestest

import (
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// Line forwards connections from Port to a server, and can break them.
type Line struct {
	Port int

	server int
	mu     sync.Mutex
	dead   bool   // refuses connections
	answer string // instead of the server's
	budget int64  // bytes to the server until the line is cut; < 0: no limit
	open   map[net.Conn]bool
	ears   net.Listener
}

func newLine(t testing.TB, server int) *Line {
	l := &Line{server: server, budget: -1, open: map[net.Conn]bool{}}
	ears, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.ears, l.Port = ears, ears.Addr().(*net.TCPAddr).Port
	go l.listen(ears)
	t.Cleanup(func() { l.Cut() })
	return l
}

func (l *Line) listen(ears net.Listener) {
	for {
		client, err := ears.Accept()
		if err != nil {
			return
		}
		go l.forward(client)
	}
}

// Cut ends all connections, and refuses new ones until Mend.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut()
}

func (l *Line) cut() {
	l.dead = true
	l.ears.Close()
	for c := range l.open {
		c.Close()
	}
	clear(l.open)
}

// Drop ends all connections; new ones are forwarded.
func (l *Line) Drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.open {
		c.Close()
	}
	clear(l.open)
}

// CutAfter cuts the line after n bytes to the server.
func (l *Line) CutAfter(n int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.budget = n
}

// Mend undoes Cut and CutAfter.
func (l *Line) Mend(t testing.TB) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.budget = -1
	if !l.dead {
		return
	}
	ears, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", l.Port))
	if err != nil {
		t.Fatal(err)
	}
	l.dead, l.ears = false, ears
	go l.listen(ears)
}

// Garble answers new connections with a text instead of the server's.
func (l *Line) Garble(answer string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer = answer
}

// keep records a connection for cut; false after a cut.
func (l *Line) keep(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.open[c] = true
	}
	return !l.dead
}

func (l *Line) forward(client net.Conn) {
	defer client.Close()
	l.mu.Lock()
	answer := l.answer
	l.mu.Unlock()
	if answer != "" {
		_, _ = io.WriteString(client, answer)
		return
	}
	server, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", l.server))
	if err != nil {
		return
	}
	defer server.Close()
	if !l.keep(client) || !l.keep(server) {
		return
	}
	go func() {
		defer client.Close()
		defer server.Close()
		_, _ = io.Copy(client, server)
	}()
	_, _ = io.Copy(metered{server, l}, client)
}

// metered writes to the server as much as the line's budget allows.
type metered struct {
	net.Conn
	line *Line
}

func (m metered) Write(p []byte) (int, error) {
	l := m.line
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.budget >= 0 && int64(len(p)) > l.budget {
		l.cut()
		return 0, net.ErrClosed
	}
	if l.budget >= 0 {
		l.budget -= int64(len(p))
	}
	return m.Conn.Write(p)
}
