// Command scalr-run-action runs a Terraform directory on Scalr and reports the result to the GitHub Actions job that
// started it. Under other executable names it manages environments and workspaces, lists affected workspaces, reports
// the runs of a matrix, or stops the run that a canceled job left behind.
package main

import (
	"context"
	"os"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/httpx"
	"scalr-run-action/internal/process"
)

// version is set by the release build.
var version = "dev"

func main() {
	signals := process.Prepare()
	os.Exit(action.Main(context.Background(), action.Env{
		Args: os.Args, Environ: os.Environ(), Stdout: os.Stdout, HTTP: httpx.NewClient("scalr-run-action/" + version), Signals: signals, Version: version,
	}))
}
