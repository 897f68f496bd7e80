package devices

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// ownerPrefix begins the names of the files that programs keep locked while they
// use remote devices.
const ownerPrefix = "fbnas-owner-"

// owner marks this program's runs on remote devices. The system unlocks its file
// when the program ends in any way; the next program on this machine then knows
// which runs nobody follows any more.
type owner struct {
	token string
	file  *os.File
}

func newOwner() (owner, error) {
	random := make([]byte, 6)
	if _, err := rand.Read(random); err != nil {
		return owner{}, err
	}
	token := hex.EncodeToString(random)
	f, err := os.OpenFile(ownerFile(token), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return owner{}, err
	}
	if err := exclusive(f); err != nil {
		return owner{}, errors.Join(err, f.Close())
	}
	return owner{token, f}, nil
}

func ownerFile(token string) string { return filepath.Join(os.TempDir(), ownerPrefix+token) }

func (o owner) close() error { return errors.Join(os.Remove(o.file.Name()), o.file.Close()) }

// endedOwners are the tokens of this machine's programs that ended without
// closing.
func endedOwners() []string {
	files, _ := filepath.Glob(ownerFile("*")) // the pattern is valid
	var tokens []string
	for _, path := range files {
		token := strings.TrimPrefix(filepath.Base(path), ownerPrefix)
		if b, err := hex.DecodeString(token); err != nil || len(b) != 6 {
			continue
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue // another user's, or just gone
		}
		if exclusive(f) == nil {
			tokens = append(tokens, token)
		}
		f.Close()
	}
	return tokens
}

// forgetOwners removes the files of programs that have ended.
func forgetOwners(tokens []string) {
	for _, token := range tokens {
		_ = os.Remove(ownerFile(token)) // one that stays is only checked again
	}
}
