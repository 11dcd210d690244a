package runs_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// No run is canceled whose configuration version is not reported.
func TestCancelDuplicatesNeedsWorkspaceAndConfiguration(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Script: longLife()})
		others := r.MustStart(true)
		r.Sim.AddFault(scalrtest.Edited("GET /runs", 1, `"configuration-version"`, `"was-once"`))
		for _, keep := range []scalr.Run{
			{ID: "run-x", WorkspaceID: scalrsim.WorkspaceID}, {ID: "run-x", ConfigurationID: "cv-x"},
			{ID: "run-x", WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: "cv-x"},
		} {
			if swept, _ := runs.CancelDuplicates(t.Context(), r.Client, keep, ""); len(swept) > 0 {
				t.Errorf("keeping %+v: %q were swept", keep, swept)
			}
		}
		if got := r.Sim.Stops(); len(got) > 0 {
			t.Errorf("run %s: %q", others.ID, got)
		}
	})
}

func TestCancelDuplicatesReportsAnApply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := scalrtest.New(t, scalrsim.Scenario{Faults: []scalrsim.Fault{{Op: createRun, Action: scalrsim.Twice}},
			Script: scalrsim.RunScript{Steps: []scalrsim.Step{{Status: "applying", For: time.Hour}}}})
		run := r.MustStart(true)
		time.Sleep(time.Minute)
		swept, err := runs.CancelDuplicates(t.Context(), r.Client, run, "")
		if len(swept) > 0 || err == nil || !strings.Contains(err.Error(), "is being applied") || len(r.Sim.Stops()) > 0 {
			t.Errorf("got %q, %v and %q", swept, err, r.Sim.Stops())
		}
	})
}
