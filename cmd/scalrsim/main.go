// Command scalrsim serves a simulated Scalr on a local port, for trying the action without an account.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"scalr-run-action/internal/scalrsim"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "scalrsim:", err)
		os.Exit(2)
	}
}

// options contains the values of the flags.
type options struct {
	scenario, api, blob, record string
	execute, list               bool
	pace                        float64
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("scalrsim", flag.ContinueOnError)
	flags.StringVar(&o.scenario, "scenario", "plan-changes", "the scenario to serve; -list lists all")
	flags.StringVar(&o.api, "addr", "127.0.0.1:0", "address of the API")
	flags.StringVar(&o.blob, "blob-addr", "127.0.0.1:0", "address for uploads and logs")
	flags.StringVar(&o.record, "record", "", "file for the recorded requests as JSON, written on exit")
	flags.BoolVar(&o.execute, "execute", false, "execute the uploaded configuration with terraform or tofu")
	flags.BoolVar(&o.list, "list", false, "list the scenarios and exit")
	flags.Float64Var(&o.pace, "pace", 1, "factor for all durations of the scenario")
	if err := flags.Parse(args); err != nil {
		return err
	}
	scenarios := scalrsim.Scenarios()
	if o.list {
		list(out, scenarios)
		return nil
	}
	scenario, ok := scenarios[o.scenario]
	if !ok {
		return fmt.Errorf("unknown scenario %q; -list lists all", o.scenario)
	}
	scenario.Pace = o.pace
	scenario.Script.Execute = scenario.Script.Execute || o.execute
	return serve(ctx, o, scenario, out)
}

func list(out io.Writer, scenarios map[string]scalrsim.Scenario) {
	for _, name := range slices.Sorted(maps.Keys(scenarios)) {
		fmt.Fprintf(out, "%-22s %s\n", name, scenarios[name].About)
	}
}

// serve serves the scenario until the context ends.
func serve(ctx context.Context, o options, scenario scalrsim.Scenario, out io.Writer) error {
	s := scalrsim.New(scenario)
	url, stop, err := s.StartOn(o.api, o.blob)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer stop()
	explain(out, s, url, scenario)
	<-ctx.Done()
	for _, objection := range s.Objections() {
		fmt.Fprintln(out, "objection:", objection)
	}
	if o.record == "" {
		return nil
	}
	return record(o.record, s)
}

// explain prints the environment variables of the action as shell commands.
func explain(out io.Writer, s *scalrsim.Server, url string, scenario scalrsim.Scenario) {
	fmt.Fprintf(out, "# %s: %s\n", scenario.Name, scenario.About)
	if scenario.Script.Execute && !s.Executes() {
		fmt.Fprintln(out, "# neither terraform nor tofu is on the PATH: the run is simulated")
	}
	fmt.Fprintf(out, "export SCALR_HOSTNAME=%s\nexport SCALR_TOKEN=%s\nexport INPUT_WORKSPACE_ID=%s\n", url, scalrsim.Token, scalrsim.WorkspaceID)
	fmt.Fprintf(out, "# records: %s/_sim/requests, objections, stops, runs, uploaded/<configuration version>, unused-faults\n", url)
}

func record(name string, s *scalrsim.Server) error {
	body, err := json.MarshalIndent(s.PublicRequests(), "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(body, '\n'), 0o644)
}
