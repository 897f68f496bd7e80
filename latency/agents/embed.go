package agents

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"fbnas/internal/atomicfile"
	"fbnas/internal/fault"
	"fbnas/internal/setup"
)

// built has what make build put there, and a README, so that it is never empty.
//
//go:embed built
var built embed.FS

// unpack returns the uncompressed content of a file in the folder.
func unpack(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, damaged(name, err)
	}
	content, err := io.ReadAll(z)
	if err != nil {
		return nil, damaged(name, err)
	}
	return content, nil
}

func damaged(name string, err error) error {
	return fault.New(fault.Failure, "Run make build again.", "unpack the embedded %s: %w", name, err)
}

// folder is where agents are unpacked.
func folder(cache setup.Dir) string { return filepath.Join(string(cache), "agents") }

// Clean removes the agents that were unpacked into the cache, and returns their
// folder; "" where there was none. They are unpacked again when they are needed.
func Clean() (removed string, err error) {
	cache, err := setup.Cache()
	if err != nil {
		return "", err
	}
	if _, missing := os.Lstat(folder(cache)); missing != nil {
		return "", nil
	}
	if err := os.RemoveAll(folder(cache)); err != nil {
		return "", fmt.Errorf("clean agents: %w", err)
	}
	return folder(cache), nil
}

// install returns the path of an agent in the cache, after writing it there
// unless it is there already, intact and executable.
func install(content []byte) (string, error) {
	cache, err := setup.Cache()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	path := filepath.Join(folder(cache), hex.EncodeToString(sum[:8]), "fbnas-agent")
	if intact(path, content) {
		return path, nil
	}
	if err := atomicfile.WriteProgram(path, content); err != nil {
		return "", fault.New(fault.Failure, "Set FBNAS_CACHE to a folder that fbnas may fill, or let FBNAS_AGENT name an agent.", "unpack the agent: %w", err)
	}
	return path, nil
}

// intact reports whether the file at path is a program with this content.
func intact(path string, content []byte) bool {
	info, err := os.Stat(path)
	if err != nil || info.Mode()&0o100 == 0 || info.Size() != int64(len(content)) {
		return false
	}
	there, err := os.ReadFile(path)
	return err == nil && bytes.Equal(there, content)
}
