// Package scalrsim simulates Scalr in memory and records objections to invalid requests.
//
// It serves the part of the API that a remote run needs, under the real base path. Uploads and downloads are on a
// second origin, to which a client must not send the token. The simulator responds to an invalid request as Scalr does
// and also records an objection. A test fails on any objection, even if the client handled the response.
//
// Each run follows a [RunScript]. The state of a run is computed from the clock when a request
// arrives. No goroutine runs between requests, so that virtual time works (testing/synctest).
// A [Scenario] may also execute the uploaded configuration with Terraform or OpenTofu.
//
// The wire format follows Scalr's OpenAPI document, openapi.yml; comments name its operations.
// The package shares no code with the client that it tests.
package scalrsim
