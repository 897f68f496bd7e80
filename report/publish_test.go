package report

import (
	"testing"

	"fbnas/internal/golden"
	"fbnas/job"
)

// TestDocumentSchema: the documents are a contract, which docs/documents.schema.json
// records. A field that is renamed, removed or of another type needs a new
// version of its document; an added field needs -update.
func TestDocumentSchema(t *testing.T) {
	golden.Check(t, "../../docs/documents.schema.json", job.Schema(Documents()))
}
