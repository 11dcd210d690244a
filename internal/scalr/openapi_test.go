package scalr_test

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"scalr-run-action/internal/openapitest"
)

var loadDescription = sync.OnceValues(func() (*openapitest.Document, error) {
	return openapitest.Load(os.Getenv("SCALR_OPENAPI"), func(document map[string]any) {
		document["servers"] = []any{map[string]any{"url": "/api/iacp/v3"}}
	})
})

// described compares exchanges with the vendor's document. It skips the test if the document is not available.
func described(t *testing.T) *openapitest.Recorder {
	t.Helper()
	if os.Getenv("SCALR_OPENAPI") == "" {
		t.Skip("SCALR_OPENAPI names no file. Get the document from a Scalr host (GET https://<account>.scalr.io/api/iacp/v3/openapi-public.yml)" +
			" or from github.com/Scalr/go-scalr at 79eb745, v2/openapi-public.yml")
	}
	d, err := loadDescription()
	if err != nil {
		t.Fatal(err)
	}
	return &openapitest.Recorder{
		Document: d,
		Concerns: func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/iacp/v3/") },
		Problem:  d.Schema("ErrorDocument"), // no response of the document refers to it
	}
}
