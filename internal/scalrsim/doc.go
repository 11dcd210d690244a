// Package scalrsim simulates Scalr in memory and records objections to invalid requests.
//
// It serves the part of the API that a remote run needs, below the real base path. A second origin serves uploads and
// downloads; clients must not send the token to it. The simulator responds to an invalid request as Scalr does and also
// records an objection. A test fails on any objection, even if the client handled the response.
//
// Each run follows a [RunScript]. Each request first updates the runs to the current time. No goroutine runs between
// requests, so that tests can use virtual time (testing/synctest). A [Scenario] may also execute the uploaded
// configuration with Terraform or OpenTofu.
//
// The wire format follows Scalr's OpenAPI document, openapi.yml; comments name its operations. The package shares no
// code with the client.
package scalrsim
