package pacing_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// life is the course of one simulated run after its creation.
type life struct {
	steps      []scalrsim.Step // after `pending`
	processing time.Duration   // from the end of the upload until it is processed
	cost       bool
	dry        bool
}

// class is a kind of simulated run.
type class struct {
	name string
	goal goal
	make func(*dice) life
}

var classes = []class{
	{"dry run", goal{lag: [2]float64{0.6, 1.2}, added: [2]float64{1.5, 3}, polls: 40, rate: 1},
		func(d *dice) life { return dryRun(d, d.around(3, 1), d.plan()) }},
	{"apply", goal{lag: [2]float64{0.6, 1.2}, added: [2]float64{1.5, 3}, rate: 1}, apply},
	{"an hour in the queue", goal{lag: [2]float64{0.6, 1.2}, added: [2]float64{1.5, 3}, rate: 0.12},
		func(d *dice) life { return dryRun(d, time.Hour, d.plan()) }},
	// With a poll every ten seconds, the end cannot be detected earlier.
	{"30 silent minutes", goal{rate: 0.25}, func(d *dice) life {
		return dryRun(d, d.around(3, 1), d.silent(30*time.Minute, "Plan: 1 to add, 0 to change, 0 to destroy.\n"))
	}},
}

func dryRun(d *dice, queue time.Duration, plan []scalrsim.Step) life {
	l := life{dry: true, processing: d.around(1, 0.7)}
	l.steps = append([]scalrsim.Step{{Status: "plan_queued", For: queue}}, plan...)
	l.assess(d)
	l.steps = append(l.steps, scalrsim.Step{Status: "planned_and_finished"})
	return l
}

// assess adds cost estimation and policy checks to half of the runs.
func (l *life) assess(d *dice) {
	if d.IntN(2) == 0 {
		return
	}
	l.cost = true
	l.steps = append(l.steps,
		scalrsim.Step{Status: "cost_estimating", For: d.around(2, 0.5)},
		scalrsim.Step{Status: "policy_checking", For: d.around(1.5, 0.5)})
}

func apply(d *dice) life {
	l := dryRun(d, d.around(3, 1), d.plan())
	l.dry = false
	l.steps = l.steps[:len(l.steps)-1]
	takes := d.around(60, 1)
	const last = "\nApply complete! Resources: 1 added, 0 changed, 0 destroyed.\n"
	if d.IntN(2) == 0 {
		l.steps = append(l.steps, d.stage("applying", takes, d.around(2, 0.5), last, func(left time.Duration) (time.Duration, string) {
			return min(left, 10*time.Second), "terraform_data.network: Still creating... [10s elapsed]\n"
		})...)
	} else {
		l.steps = append(l.steps, d.stage("applying", takes, d.around(2, 0.5), last, nil)...)
	}
	l.steps = append(l.steps, scalrsim.Step{Status: "applied"})
	return l
}

// dice is the random source of one simulated run.
type dice struct{ *rand.Rand }

// around returns a duration with a log-normal distribution: its median in seconds, and its sigma.
func (d *dice) around(median, sigma float64) time.Duration {
	return time.Duration(median * math.Exp(sigma*d.NormFloat64()) * float64(time.Second))
}

// plan is a planning stage whose log grows in bursts, up to Terraform's last line.
func (d *dice) plan() []scalrsim.Step {
	last := "\nTerraform will perform the following actions:\n\n  # terraform_data.network will be created\n" +
		"  + resource \"terraform_data\" \"network\" {\n      + id = (known after apply)\n    }\n\nPlan: 1 to add, 0 to change, 0 to destroy.\n"
	return d.stage("planning", d.around(25, 0.9), d.around(2, 0.5), last, func(left time.Duration) (time.Duration, string) {
		n := 1 + d.IntN(40)
		return min(left, d.around(2, 1)), strings.Repeat(fmt.Sprintf("terraform_data.item[%d]: Refreshing state... [id=%08x]\n", n, d.Uint32()), n)
	})
}

// silent is a planning stage that prints only its last lines.
func (d *dice) silent(takes time.Duration, last string) []scalrsim.Step {
	return d.stage("planning", takes, d.around(2, 0.5), last, nil)
}

// stage is a stage with a duration, whose log contains its last lines some time before the end. Until then burst
// returns the next wait and the lines that follow it.
func (d *dice) stage(status string, takes, lead time.Duration, last string, burst func(left time.Duration) (time.Duration, string)) []scalrsim.Step {
	lead = min(lead, takes*4/5)
	steps := []scalrsim.Step{{Status: status, Log: "Initializing the backend...\n"}}
	for left := takes - lead; left > 0; {
		wait, text := left, ""
		if burst != nil {
			wait, text = burst(left)
		}
		left -= wait
		steps = append(steps, scalrsim.Step{Status: status, For: wait})
		if left > 0 {
			steps = append(steps, scalrsim.Step{Status: status, Log: text})
		}
	}
	return append(steps, scalrsim.Step{Status: status, Log: last}, scalrsim.Step{Status: status, For: lead})
}
