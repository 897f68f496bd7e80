package readfile

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrTooLarge is wrapped by errors about content over its limit.
var ErrTooLarge = errors.New("it is over the limit")

// Limited returns the content of a file of at most limit bytes. Its errors name
// the file.
func Limited(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := AtMost(f, limit)
	if errors.Is(err, ErrTooLarge) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data, err
}

// AtMost is io.ReadAll for content of at most limit bytes.
func AtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%w of %d bytes", ErrTooLarge, limit)
	}
	return data, nil
}
