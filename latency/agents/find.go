package agents

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"fbnas/internal/fault"
)

// Path finds the agent for a processor, named as GOARCH: FBNAS_AGENT for
// this machine's, FBNAS_AGENT_ARM64 or the like for another one, else a file
// beside the running program.
func Path(arch string) (string, error) {
	variable, name := "FBNAS_AGENT", "fbnas-agent"
	if arch != runtime.GOARCH {
		variable, name = variable+"_"+strings.ToUpper(arch), name+"-linux-"+arch
	}
	hint := "Run make build, which puts " + name + " beside fbnas, or let " + variable + " name it."
	if path := os.Getenv(variable); path != "" {
		return executable(path, hint)
	}
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return "", fault.New(fault.Device, hint, "find %s: %w", name, err)
	}
	return executable(filepath.Join(filepath.Dir(self), name), hint)
}

func executable(path, hint string) (string, error) {
	info, err := os.Stat(path)
	if err == nil && (info.IsDir() || info.Mode()&0o111 == 0) {
		err = errors.New("not an executable file")
	}
	if err != nil {
		return "", fault.New(fault.Device, hint, "agent %s: %w", path, err)
	}
	return filepath.Abs(path)
}
