// Command scalr-run-action runs a Terraform directory on Scalr and reports back
// to the job that started it. By other names it keeps environments and
// workspaces, or ends what a cancelled job left behind.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"scalr-run-action/internal/action"
	"scalr-run-action/internal/network"
)

// version is set when a release is built.
var version = "dev"

func main() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE) // a log that nobody reads is a write error, which ends the step in good order
	os.Exit(action.Main(context.Background(), action.Env{
		Args: os.Args, Environ: os.Environ(), Stdout: os.Stdout, HTTP: network.NewClient("scalr-run-action/" + version), Signals: signals, Version: version,
	}))
}
