package vm

import (
	"bytes"
	"fmt"
)

// The kinds of files in an archive, and their modes (inode(7)).
const (
	folderMode  = 0o040755
	fileMode    = 0o100644
	programMode = 0o100755
	linkMode    = 0o120777
)

// cpio is an archive that Linux unpacks into its first file system: entries in
// the format "newc" (Linux, Documentation/driver-api/early-userspace/
// buffer-format.rst), all owned by root.
type cpio struct {
	bytes.Buffer
	entries int
}

// add appends an entry; the data of a link is its target. The entry of its folder
// must come before.
func (c *cpio) add(name string, mode uint32, data []byte) {
	c.entries++
	c.WriteString("070701")
	// Number, mode, user, group, links, time, size, two numbers of the device and
	// two of the device that it represents, the name's size, no checksum.
	for _, field := range []int{c.entries, int(mode), 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0} {
		fmt.Fprintf(c, "%08x", field)
	}
	c.WriteString(name + "\x00")
	c.align()
	c.Write(data)
	c.align()
}

// end appends the entry that ends the archive.
func (c *cpio) end() { c.add("TRAILER!!!", 0, nil) }

func (c *cpio) align() {
	for c.Len()%4 != 0 {
		c.WriteByte(0)
	}
}
