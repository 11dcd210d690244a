// Package scalrsim is a small Scalr that lives in memory and objects to wrong
// requests.
//
// It serves the part of the API that a remote run needs, under the real base
// path, with uploads and downloads on a second origin that must not see the
// token. It answers a wrong request as Scalr would and also records an
// objection; a test fails on any objection, even if the client survived it.
//
// Runs live by a script, which is played as far as the clock says whenever
// somebody looks, so that no goroutine runs between requests and virtual time
// works. Where a [Scenario] asks for it, the uploaded configuration is really
// executed.
//
// Wire facts follow the vendor's OpenAPI document; comments name its
// operations. The package knows nothing of the client that it tests.
package scalrsim
