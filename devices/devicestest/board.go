package devicestest

import (
	"fmt"
	"testing"

	"fbnas/devices/internal/vm"
)

// Board is a virtual arm64 computer that is switched on.
type Board struct {
	*vm.Board
	Client string // for FBNAS_SSH: the client with the key and the board's identity
}

// StartBoard makes a board and switches it on; it ends with the test.
func StartBoard(t testing.TB) *Board {
	t.Helper()
	k := newKeyring(t)
	made, err := vm.New(t.Context(), k.folder, freePort(t), vm.Keys{Public: k.read(t, "id.pub"), Host: k.read(t, "hostkey")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		made.Off()
		if t.Failed() {
			t.Logf("the board said: %s", made.Said())
		}
	})
	b := &Board{Board: made, Client: k.client(t, made.Port)}
	b.On(t)
	return b
}

// Address is the device's name for fbnas.
func (b *Board) Address() string { return fmt.Sprintf("ssh://%s@127.0.0.1:%d", vm.User, b.Port) }

// On switches the board on, and waits until its ssh server answers.
func (b *Board) On(t testing.TB) {
	t.Helper()
	if err := b.Board.On(t.Context()); err != nil {
		t.Fatal(err)
	}
}
