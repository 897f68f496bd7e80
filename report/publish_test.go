package report

import (
	"testing"

	"fbnas/internal/golden"
	"fbnas/job"
)

// TestDocumentSchema: the documents are a contract; docs/documents.schema.json is
// what they are. A field that is renamed, removed or of another type needs a new
// version of its document; one that is added needs -update.
func TestDocumentSchema(t *testing.T) {
	golden.Check(t, "../../docs/documents.schema.json", job.Schema(Documents()))
}
