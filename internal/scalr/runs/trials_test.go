package runs_test

import (
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"scalr-run-action/internal/scalr"
	"scalr-run-action/internal/scalr/runs"
	"scalr-run-action/internal/scalr/scalrtest"
	"scalr-run-action/internal/scalrsim"
)

// T19: 100 trials (1,000 with SOAK=1), each with lost responses, lagging lists and requests that take effect late. At
// the end exactly one run is active, and it is the one that Create returned.
func TestExactlyOneRunInManyTrials(t *testing.T) {
	t.Parallel()
	trials := 100
	if os.Getenv("SOAK") != "" {
		trials = 1000
	}
	synctest.Test(t, func(t *testing.T) {
		var count struct{ duplicates, lost, unknown, posts int }
		for seed := range uint64(trials) {
			live, returned, posts := trial(t, seed)
			count.posts += posts
			switch {
			case live > 1:
				count.duplicates++
			case live == 1 && !returned:
				count.lost++
			case live == 0:
				count.unknown++
			}
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
		t.Logf("%d trials, %d requests to create: %d duplicates, %d lost, %d reported that there was no run",
			trials, count.posts, count.duplicates, count.lost, count.unknown)
		if count.duplicates > 0 || count.lost > 0 || count.unknown > trials*3/100 {
			t.Errorf("got %+v, want no duplicate or lost runs, and few unknown ones", count)
		}
	})
}

// trial creates one run with faults. It returns the number of active runs at the end, and whether the only one is the
// run that Create returned.
func trial(t *testing.T, seed uint64) (live int, returned bool, posts int) {
	dice := rand.New(rand.NewPCG(seed, 7))
	sim := scalrsim.New(scalrsim.Scenario{Script: scalrtest.LongPlan(), Faults: creationFault(dice),
		Config: scalrsim.Config{Processing: -1, ListLag: time.Duration(dice.Int64N(int64(10 * time.Second))), OldestRun: dice.IntN(2) == 0}})
	defer sim.Close()
	r := &scalrtest.Harness{T: t, Sim: sim}
	r.Client = r.Dial(scalr.Config{HTTP: sim.Client()})
	v, err := r.UploadConfiguration(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	run, doubtful, err := runs.Create(t.Context(), r.Client, scalr.RunRequest{WorkspaceID: scalrsim.WorkspaceID, ConfigurationID: v.ID, Dry: true})
	for range 6 {
		time.Sleep(20 * time.Second)
		if err != nil || !doubtful {
			continue // the action does not cancel duplicates then
		}
		if _, err := runs.CancelDuplicates(t.Context(), r.Client, run, "twice"); err != nil {
			t.Error(err)
		}
	}
	for _, record := range sim.Runs() {
		if record.Status != "canceled" && record.Status != "discarded" {
			live++
			returned = record.ID == run.ID
		}
	}
	return live, returned, len(r.Received(createRun))
}

// creationFault returns faults for three creations in four, and occasionally for a list.
func creationFault(dice *rand.Rand) []scalrsim.Fault {
	var faults []scalrsim.Fault
	for n := range 3 {
		if dice.IntN(4) == 0 {
			continue
		}
		f := [...]scalrsim.Fault{
			lose(scalrsim.Before),
			lose(scalrsim.After),
			{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Status, Status: 504},
			{Op: createRun, Phase: scalrsim.After, Action: scalrsim.Status, Status: 500},
			lateBy(time.Duration(dice.Int64N(int64(20 * time.Second)))),
			scalrtest.Status(createRun, 503, 1),
		}[dice.IntN(6)]
		f.Nth = n + 1
		faults = append(faults, f)
	}
	if dice.IntN(2) == 1 {
		faults = append(faults, scalrsim.Fault{Op: "GET /runs", Times: -1, Chance: 0.2, Action: scalrsim.Status, Status: 500})
	}
	return faults
}
