package plaintext_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"fbnas/internal/plaintext"
)

// wide is ASCII text in units of size bytes.
func wide(text string, size int, order binary.ByteOrder) string {
	var out []byte
	for _, c := range utf16.Encode([]rune(text)) {
		unit := make([]byte, size)
		if size == 2 {
			order.PutUint16(unit, c)
		} else {
			order.PutUint32(unit, uint32(c))
		}
		out = append(out, unit...)
	}
	return string(out)
}

func TestUTF8(t *testing.T) {
	const text = "name: tiny\nwidth: 8\n"
	little, big := binary.LittleEndian, binary.BigEndian
	for _, c := range []struct{ name, in, want, problem string }{
		{"as it is", text, text, ""},
		{"empty", "", "", ""},
		{"one character", "a", "a", ""},
		{"a mark", plaintext.Mark + text, text, ""},
		{"a mark alone", plaintext.Mark, "", ""},
		{"lines of Windows", strings.ReplaceAll(text, "\n", "\r\n"), text, ""},
		{"both", plaintext.Mark + strings.ReplaceAll(text, "\n", "\r\n"), text, ""},
		{"no ASCII", "größe: 8\n", "größe: 8\n", ""},
		{"UTF-16, little", wide("\ufeff"+text, 2, little), "", "UTF-16"},
		{"UTF-16, big", wide("\ufeff"+text, 2, big), "", "UTF-16"},
		{"UTF-16 without a mark, little", wide(text, 2, little), "", "UTF-16"},
		{"UTF-16 without a mark, big", wide(text, 2, big), "", "UTF-16"},
		{"UTF-32, little", wide("\ufeff"+text, 4, little), "", "UTF-32"},
		{"UTF-32, big", wide("\ufeff"+text, 4, big), "", "UTF-32"},
		{"UTF-32 without a mark, little", wide(text, 4, little), "", "UTF-32"},
		{"UTF-32 without a mark, big", wide(text, 4, big), "", "UTF-32"},
	} {
		got, err := plaintext.UTF8([]byte(c.in))
		switch {
		case c.problem == "" && (err != nil || string(got) != c.want):
			t.Errorf("%s: %q (%v), want %q", c.name, got, err, c.want)
		case c.problem != "" && (err == nil || err.Error() != "the text is "+c.problem+": save it as UTF-8"):
			t.Errorf("%s: %q, error %v, want %s named", c.name, got, err, c.problem)
		}
	}
}
