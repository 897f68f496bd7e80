package plaintext

import (
	"bytes"
	"fmt"
)

// Mark is the byte order mark that some editors put before UTF-8.
const Mark = "\xef\xbb\xbf"

// others are the unsupported encodings, by how text in them begins; a
// text of ours begins with an ASCII character.
var others = []struct {
	name  string
	begin func(b []byte) bool // b has four bytes
}{
	{"UTF-32", func(b []byte) bool { return string(b) == "\xff\xfe\x00\x00" || string(b) == "\x00\x00\xfe\xff" }},
	{"UTF-32", func(b []byte) bool { return string(b[1:]) == "\x00\x00\x00" || string(b[:3]) == "\x00\x00\x00" }},
	{"UTF-16", func(b []byte) bool { return string(b[:2]) == "\xff\xfe" || string(b[:2]) == "\xfe\xff" }},
	{"UTF-16", func(b []byte) bool { return b[0] != 0 && b[1] == 0 || b[0] == 0 && b[1] != 0 }},
}

// UTF8 returns a text without the mark before it and with line feeds as the only line
// ends. Text in another encoding is an error that names it.
func UTF8(text []byte) ([]byte, error) {
	if len(text) >= 4 {
		for _, o := range others {
			if o.begin(text[:4]) {
				return nil, fmt.Errorf("the text is %s: save it as UTF-8", o.name)
			}
		}
	}
	return bytes.ReplaceAll(bytes.TrimPrefix(text, []byte(Mark)), []byte("\r\n"), []byte("\n")), nil
}
