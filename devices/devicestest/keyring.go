package devicestest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// keyring is a folder with the keys of an ssh server, of a client that it accepts
// and of one that it does not, and with the client's configuration.
type keyring struct{ folder string }

// newKeyring skips the test if there is no program to make keys with. The
// folder's path is written into configuration files, and is therefore short.
func newKeyring(t testing.TB) keyring {
	t.Helper()
	folder, err := os.MkdirTemp("", "sshd-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	k := keyring{folder}
	for _, name := range []string{"hostkey", "id", "stranger"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", k.path(name)).CombinedOutput(); err != nil {
			t.Skipf("ssh-keygen: %v: %s", err, out)
		}
	}
	return k
}

func (k keyring) path(name string) string { return filepath.Join(k.folder, name) }

func (k keyring) read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(k.path(name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (k keyring) write(t testing.TB, name, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(k.path(name), []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}

// client writes the configuration and the program that replace the user's, and
// returns the program's path.
func (k keyring) client(t testing.TB, port int) string {
	t.Helper()
	k.write(t, "known", fmt.Sprintf("[127.0.0.1]:%d %s", port, k.read(t, "hostkey.pub")), 0o600)
	k.write(t, "ssh_config", "IdentitiesOnly yes\nIdentityFile "+k.path("id")+"\nUserKnownHostsFile "+k.path("known")+
		"\nGlobalKnownHostsFile none\nStrictHostKeyChecking yes\n", 0o600)
	k.write(t, "ssh", "#!/bin/sh\nexec ssh -F "+k.path("ssh_config")+` "$@"`+"\n", 0o700)
	return k.path("ssh")
}
