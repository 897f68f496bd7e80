package job

import (
	"testing"

	"fbnas/internal/golden"
)

// TestSchema: the documents are a contract; docs/documents.schema.json is what
// they are. A field that is renamed, removed or of another type needs a new
// version of its document; one that is added needs -update.
func TestSchema(t *testing.T) { golden.Check(t, "../../docs/documents.schema.json", Schema()) }
