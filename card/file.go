package card

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"

	"fbnas/internal/fault"
)

// Path is the card of a file: model.md for model.onnx.
func Path(model string) string {
	return strings.TrimSuffix(model, filepath.Ext(model)) + ".md"
}

// says is in the first lines of every card.
const says = "\n\nAn image classifier"

// Check refuses to replace a text that is no card: the card of README.onnx would be
// README.md.
func Check(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return nil // there is no such file
	}
	defer f.Close()
	head, _ := io.ReadAll(io.LimitReader(f, 4096))
	if len(head) > 0 && !bytes.Contains(head, []byte(says)) {
		return fault.New(fault.Usage, "Give the model another name: its card is written beside it.", "%s exists and is not a model card", path)
	}
	return nil
}
