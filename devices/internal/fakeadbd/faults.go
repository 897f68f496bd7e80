package fakeadbd

import "math/rand/v2"

// Fault is one thing that goes wrong on a phone, once.
type Fault struct {
	Name string
	// In is the beginning of the name of the service that it affects; "" is the
	// connection itself, before any service.
	In string
	// After is how many bytes of the service, in both directions, are transferred
	// before.
	After int
	do    func(*stream)
}

// Faults is everything that can go wrong, by name.
var Faults = []Fault{
	{"death in mid-push", "sync:", 64 << 10, (*stream).die},
	{"death in mid-output", "shell", 4 << 10, (*stream).die},
	{"death before the output", "shell", 0, (*stream).die},
	{"restart in mid-output", "shell", 4 << 10, (*stream).restart},
	{"output cut, status 0", "shell", 4 << 10, (*stream).cut},
	{"status lost", "shell", 0, (*stream).loseStatus},
	{"garbage in the transport", "shell", 4 << 10, (*stream).garbage},
	{"garbage in the output", "shell", 4 << 10, (*stream).babble},
	{"slow", "shell", 0, (*stream).slow},
	{"refused", "shell", 0, (*stream).refuse},
	{"push refused", "sync:", 0, (*stream).refuse},
	{"disk full", "sync:", 64 << 10, (*stream).full},
	{"unauthorized", "", 0, nil},
	{"offline", "", 0, nil},
}

// Named returns the fault with that name; it panics if there is none.
func Named(name string) Fault {
	for _, f := range Faults {
		if f.Name == name {
			return f
		}
	}
	panic("fakeadbd: no fault " + name)
}

// die ends the transport abruptly, like a pulled cable.
func (s *stream) die() { s.link.conn.Close() }

// restart is a reboot: it also ends what ran on the phone.
func (s *stream) restart() {
	s.link.phone.killAll()
	s.link.conn.Close()
}

// cut ends the shell's stream as if its program had succeeded.
func (s *stream) cut() {
	s.cutShort.Store(true)
	s.raw(packet(exitPacket, []byte{0}))
	s.hangUp()
}

// loseStatus makes every program end with status 0.
func (s *stream) loseStatus() { s.statusLost.Store(true) }

// garbage sends noise instead of adb's messages.
func (s *stream) garbage() {
	s.link.mu.Lock()
	defer s.link.mu.Unlock()
	_, _ = s.link.conn.Write(noise(4 * headerBytes)) // the server may have disconnected at the first bytes
}

// babble sends noise instead of the shell protocol's packets.
func (s *stream) babble() {
	s.cutShort.Store(true)
	s.raw(noise(1 << 10))
	s.hangUp()
}

func (s *stream) slow()   { s.slowed.Store(true) }
func (s *stream) refuse() { s.leave(0) }
func (s *stream) full()   { s.diskFull.Store(true) }

func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}
