package main

import (
	"encoding/binary"
	"os"
	"strings"
	"unicode/utf16"

	"github.com/rogpeppe/go-internal/testscript"

	"fbnas/internal/plaintext"
)

// editors are how programs of other systems save a text.
var editors = map[string]func(text string) string{
	"mark":    func(text string) string { return plaintext.Mark + text },
	"windows": func(text string) string { return strings.ReplaceAll(text, "\n", "\r\n") },
	"notepad": func(text string) string { return plaintext.Mark + strings.ReplaceAll(text, "\n", "\r\n") },
	"utf16": func(text string) string {
		out := []byte("\xff\xfe")
		for _, c := range utf16.Encode([]rune(text)) {
			out = binary.LittleEndian.AppendUint16(out, c)
		}
		return string(out)
	},
}

// saved EDITOR IN OUT saves a text anew.
func saved(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(editors[args[0]](ts.ReadFile(args[1]))), 0o644))
}
