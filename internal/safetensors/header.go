package safetensors

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// metadataKey is the only header key that is not a tensor's name.
const metadataKey = "__metadata__"

// maxHeader bounds the header's length in bytes. The format allows 100 MB; no
// network of this program needs a tenth of this.
const maxHeader = 16 << 20

// entry is the header's entry of one tensor. Offsets are bytes from the end
// of the header: first, and one past the last.
type entry struct {
	name    string
	DType   string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets []int  `json:"data_offsets"`
}

type header struct {
	metadata map[string]string
	// entries are in the order of their data, and tile it.
	entries []entry
}

// format returns the header's bytes, padded with spaces to a multiple of 8.
func (h *header) format() ([]byte, error) {
	var b bytes.Buffer
	separator := byte('{')
	member := func(key string, value any) error {
		if !utf8.ValidString(key) {
			return fmt.Errorf("name %q is not UTF-8", key)
		}
		k, _ := json.Marshal(key)
		v, err := json.Marshal(value)
		b.WriteByte(separator)
		separator = ','
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
		return err
	}
	for k, v := range h.metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return nil, fmt.Errorf("metadata %q is not UTF-8", k)
		}
	}
	if len(h.metadata) > 0 {
		if err := member(metadataKey, h.metadata); err != nil {
			return nil, err
		}
	}
	for _, e := range h.entries {
		if err := member(e.name, e); err != nil {
			return nil, err
		}
	}
	if b.Len() == 0 {
		b.WriteByte('{')
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	if b.Len() > maxHeader {
		return nil, fmt.Errorf("header of %d bytes is over the limit of %d", b.Len(), maxHeader)
	}
	return b.Bytes(), nil
}

// parseHeader reads a header whose data is dataSize bytes long.
func parseHeader(text []byte, dataSize int) (*header, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not UTF-8")
	}
	if len(text) == 0 || text[0] != '{' {
		return nil, errors.New("it does not begin with {")
	}
	h := &header{metadata: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	err := object(dec, func(name string) error {
		if name == metadataKey {
			return object(dec, func(key string) (err error) {
				h.metadata[key], err = next[string](dec)
				return err
			})
		}
		e := entry{name: name}
		if err := e.parse(dec); err != nil {
			return fmt.Errorf("tensor %q: %w", name, err)
		}
		h.entries = append(h.entries, e)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows its object")
	}
	return h, h.tile(dataSize)
}

// tile orders the entries by their data and checks that they cover all of it
// without gaps or overlaps. Empty tensors stay in the header's order.
func (h *header) tile(dataSize int) error {
	slices.SortStableFunc(h.entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.Offsets[0], b.Offsets[0]), cmp.Compare(a.Offsets[1], b.Offsets[1]))
	})
	at := 0
	for _, e := range h.entries {
		if e.Offsets[0] != at {
			return fmt.Errorf("tensor %q begins at byte %d of the data, want %d (no holes, no overlaps)", e.name, e.Offsets[0], at)
		}
		at = e.Offsets[1]
	}
	if at != dataSize {
		return fmt.Errorf("its tensors take %d bytes, the file has %d for them", at, dataSize)
	}
	return nil
}

func (e *entry) parse(dec *json.Decoder) error {
	err := object(dec, func(key string) (err error) {
		switch key {
		case "dtype":
			e.DType, err = next[string](dec)
		case "shape":
			e.Shape, err = sizes(dec)
		case "data_offsets":
			e.Offsets, err = sizes(dec)
		default:
			err = fmt.Errorf("unknown field %q", key)
		}
		return err
	})
	if err != nil {
		return err
	}
	d, err := dtypeNamed(e.DType)
	if err != nil {
		return err
	}
	if e.Shape == nil || len(e.Offsets) != 2 {
		return errors.New("needs a shape and two data_offsets")
	}
	n, err := elements(e.Shape)
	if err != nil {
		return err
	}
	if length := e.Offsets[1] - e.Offsets[0]; n > math.MaxInt/d.size || length != n*d.size {
		return fmt.Errorf("shape %v as %s does not fit data_offsets %v", e.Shape, e.DType, e.Offsets)
	}
	return nil
}

// object reads one JSON object; member reads the value of each key. A repeated
// key is an error: encoding/json would silently keep the last.
func object(dec *json.Decoder, member func(key string) error) error {
	if err := delimiter(dec, '{'); err != nil {
		return err
	}
	seen := map[string]bool{}
	for dec.More() {
		key, err := next[string](dec)
		if err != nil {
			return err
		}
		if seen[key] {
			return fmt.Errorf("%q comes twice", key)
		}
		seen[key] = true
		if err := member(key); err != nil {
			return err
		}
	}
	return delimiter(dec, '}')
}

// sizes reads a list of integers from 0 up; it is never nil without an error.
func sizes(dec *json.Decoder) ([]int, error) {
	if err := delimiter(dec, '['); err != nil {
		return nil, err
	}
	list := []int{}
	for dec.More() {
		number, err := next[json.Number](dec)
		if err != nil {
			return nil, err
		}
		n, err := strconv.Atoi(string(number))
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%s is not a size", number)
		}
		list = append(list, n)
	}
	return list, delimiter(dec, ']')
}

func delimiter(dec *json.Decoder, want json.Delim) error {
	got, err := next[json.Delim](dec)
	if err == nil && got != want {
		err = fmt.Errorf("found %v, want %v", got, want)
	}
	return err
}

func next[T string | json.Number | json.Delim](dec *json.Decoder) (T, error) {
	var want T
	token, err := dec.Token()
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return want, err
	}
	got, ok := token.(T)
	if !ok {
		return want, fmt.Errorf("found %v, want a %T", token, want)
	}
	return got, nil
}
