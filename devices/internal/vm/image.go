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

// kernelFile is the kernel's name in set-up's folder.
const kernelFile = "vmlinuz"

// passwd has the user that the board's ssh server accepts.
const passwd = "root:x:0:0::/:/bin/sh\nboard:x:1000:1000::/home:/bin/sh\n"

// links in the first file system: for the loader, and for the ssh server, which
// looks for its helper there.
var links = [][2]string{{"lib64", "lib"}, {"sbin", "bin"}, {"usr/lib/sftp-server", "/bin/sftp-server"}}

// firstFiles is the archive that the kernel unpacks into memory and starts:
// programs, libraries, kernel modules, and the server's keys.
func firstFiles(keys Keys) ([]byte, error) {
	paths, err := setup.Files(setup.Userland, setup.ArmLibraries, setup.Kernel)
	if err != nil {
		return nil, err
	}
	c := &cpio{}
	for _, name := range []string{"bin", "dev", "etc", "home", "lib", "modules", "proc", "sys", "usr", "usr/lib"} {
		c.add(name, folderMode, nil)
	}
	for _, link := range links {
		c.add(link[0], linkMode, []byte(link[1]))
	}
	var order string // of loading the modules, as set-up has them
	for _, path := range paths {
		name := filepath.Base(path)
		folder, mode := "bin/", uint32(programMode)
		switch {
		case name == kernelFile:
			continue
		case strings.HasSuffix(name, ".ko"):
			folder, mode, order = "modules/", fileMode, order+name+"\n"
		case strings.Contains(name, ".so."):
			folder = "lib/"
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("the board's files: %w", err)
		}
		c.add(folder+name, mode, data)
	}
	c.add("modules/order", fileMode, []byte(order))
	c.add("etc/passwd", fileMode, []byte(passwd))
	c.add("etc/group", fileMode, []byte("root:x:0:\nboard:x:1000:\n"))
	c.add("etc/key.pub", fileMode, keys.Public)
	c.add("etc/hostkey", fileMode, keys.Host)
	c.add("init", programMode, initScript)
	c.end()
	return c.Bytes(), nil
}
