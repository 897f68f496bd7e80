package vm

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"fbnas/internal/setup"
)

//go:embed init.sh
var initScript []byte

// passwd has the user whom the board's ssh server lets in.
const passwd = "root:x:0:0::/:/bin/sh\nboard:x:1000:1000::/home:/bin/sh\n"

// links of the first file system; the ssh server looks for its helper there.
var links = map[string]string{"lib64": "lib", "usr/lib/sftp-server": "/bin/sftp-server", "sbin": "bin"}

// firstFiles is the archive that the kernel unpacks into its memory and starts:
// programs, libraries, kernel modules, and the server's keys.
func firstFiles(keys Keys) ([]byte, error) {
	userland, err := setup.Files(setup.Userland, setup.ArmLibraries)
	if err != nil {
		return nil, err
	}
	kernel, err := setup.Files(setup.Kernel)
	if err != nil {
		return nil, err
	}
	c := &cpio{}
	for _, name := range []string{"bin", "dev", "etc", "home", "lib", "modules", "proc", "sys", "usr", "usr/lib"} {
		c.add(name, folderMode, nil)
	}
	for name, to := range links {
		c.add(name, linkMode, []byte(to))
	}
	var order []string
	for _, path := range append(userland, kernel[1:]...) {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("the board's files: %w", err)
		}
		name := filepath.Base(path)
		switch {
		case strings.HasSuffix(name, ".ko"):
			order = append(order, name)
			c.add("modules/"+name, fileMode, data)
		case strings.Contains(name, ".so."):
			c.add("lib/"+name, programMode, data)
		default:
			c.add("bin/"+name, programMode, data)
		}
	}
	for name, data := range map[string][]byte{
		"etc/passwd": []byte(passwd), "etc/group": []byte("root:x:0:\nboard:x:1000:\n"),
		"etc/key.pub": keys.Public, "etc/hostkey": keys.Host,
		"modules/order": []byte(strings.Join(order, "\n") + "\n"),
	} {
		c.add(name, fileMode, data)
	}
	c.add("init", programMode, initScript)
	c.end()
	return c.Bytes(), nil
}
