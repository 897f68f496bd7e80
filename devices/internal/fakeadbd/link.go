package fakeadbd

import (
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// banner is the phone's description of itself: only the features that the
// services below have.
const banner = "device::ro.product.name=fake;ro.product.model=Fake_Phone;ro.product.device=fake;features=shell_v2,cmd"

// link is one adb server's connection.
type link struct {
	phone *Phone
	conn  net.Conn
	wg    sync.WaitGroup

	mu      sync.Mutex // of writes to conn, and of streams
	streams map[uint32]*stream
	last    uint32
}

func newLink(p *Phone, conn net.Conn) *link {
	return &link{phone: p, conn: conn, streams: map[uint32]*stream{}}
}

func (l *link) send(command, arg0, arg1 uint32, data []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.conn.Write(message{command, arg0, arg1, data}.bytes())
	return err
}

// serve answers until the connection ends.
func (l *link) serve() {
	defer l.wg.Wait()
	defer l.hangUp()
	for {
		m, err := readMessage(l.conn)
		if err != nil || l.handle(m) != nil {
			return
		}
	}
}

func (l *link) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.streams {
		s.end()
	}
}

func (l *link) handle(m message) error {
	switch m.command {
	case cnxn, auth:
		switch l.phone.connecting() {
		case "unauthorized":
			// No signature is accepted, and nobody answers the question that the
			// public key shows to the phone's owner.
			if m.command == auth && m.arg0 == publicKey {
				return nil
			}
			return l.send(auth, token, 0, make([]byte, 20))
		case "offline":
			return nil
		}
		return l.send(cnxn, protocolVersion, maxData, []byte(banner))
	case open:
		l.start(m)
		return nil
	}
	l.mu.Lock()
	s := l.streams[m.arg1]
	l.mu.Unlock()
	if s == nil {
		return nil // a message to a stream that has just ended
	}
	switch m.command {
	case okay:
		s.acknowledged()
	case wrte:
		s.arrived(m.data)
	case clse:
		s.end()
	}
	return nil
}

func (l *link) start(m message) {
	service := strings.TrimRight(string(m.data), "\x00")
	l.mu.Lock()
	l.last++
	s := &stream{
		link: l, own: l.last, peer: m.arg0, fault: l.phone.takeFault(service),
		in: make(chan []byte, 1), acks: make(chan struct{}, 1), gone: make(chan struct{}),
	}
	l.streams[s.own] = s
	l.mu.Unlock()
	l.wg.Go(func() {
		defer s.hangUp()
		if s.strikes(0) {
			return
		}
		if l.send(okay, s.own, s.peer, nil) != nil {
			return
		}
		switch {
		case strings.HasPrefix(service, "shell"):
			_, script, _ := strings.Cut(service, ":")
			s.shell(script)
		case strings.HasPrefix(service, "reboot:"):
			l.phone.Restart()
		case strings.HasPrefix(service, "sync:"):
			_ = s.sync() // its error is that of the connection
		}
	})
}

// stream is one service's two-way connection. Each side sends one WRTE and
// waits for its OKAY.
type stream struct {
	link      *link
	own, peer uint32
	in        chan []byte
	acks      chan struct{}
	gone      chan struct{}
	once      sync.Once
	rest      []byte

	mu     sync.Mutex // of the next two
	fault  *Fault
	passed int

	cutShort, statusLost, diskFull, slowed atomic.Bool // what faults have set
}

var errGone = errors.New("the stream has ended")

// strikes counts transferred bytes and triggers the fault when it is due. It
// reports whether the stream is over.
func (s *stream) strikes(n int) bool {
	s.mu.Lock()
	s.passed += n
	f := s.fault
	if f != nil && s.passed >= f.After {
		s.fault = nil
	} else {
		f = nil
	}
	s.mu.Unlock()
	if f != nil {
		f.do(s)
	}
	select {
	case <-s.gone:
		return true
	default:
		return false
	}
}

func (s *stream) acknowledged() {
	select {
	case s.acks <- struct{}{}:
	default: // an OKAY that was not expected
	}
}

func (s *stream) arrived(data []byte) {
	select {
	case s.in <- data:
	case <-s.gone:
	}
}

// Read reads what the host sends.
func (s *stream) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		select {
		case s.rest = <-s.in:
		case <-s.gone:
			return 0, io.EOF
		}
		if s.strikes(len(s.rest)) || s.link.send(okay, s.own, s.peer, nil) != nil {
			return 0, errGone
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// Write sends to the host.
func (s *stream) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(len(p)-done, maxData)
		if s.slowed.Load() {
			time.Sleep(20 * time.Millisecond)
		}
		if err := s.raw(p[done : done+n]); err != nil {
			return done, err
		}
		done += n
		if s.strikes(n) {
			return done, errGone
		}
	}
	return len(p), nil
}

// raw sends one WRTE and waits for its OKAY.
func (s *stream) raw(p []byte) error {
	if err := s.link.send(wrte, s.own, s.peer, p); err != nil {
		return err
	}
	select {
	case <-s.acks:
		return nil
	case <-s.gone:
		return errGone
	}
}

// end wakes everybody who waits for the stream.
func (s *stream) end() { s.once.Do(func() { close(s.gone) }) }

// hangUp ends the stream and informs the host.
func (s *stream) hangUp() { s.leave(s.own) }

// leave ends the stream; 0 tells the host that it never existed.
func (s *stream) leave(as uint32) {
	s.end()
	s.link.mu.Lock()
	_, there := s.link.streams[s.own]
	delete(s.link.streams, s.own)
	s.link.mu.Unlock()
	if there {
		_ = s.link.send(clse, as, s.peer, nil) // without a connection there is nobody to inform
	}
}
