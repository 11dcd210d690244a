package action_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"scalr-run-action/internal/scalrsim"
)

// affectedSteps are steps of the affected action after a push.
func affectedSteps(t *testing.T) map[string]*fleetStep {
	const before = "infra/app/main.tf: 1\ninfra/db/main.tf: calls ../../modules/db\nmodules/db/main.tf: 1\nREADME.md: 1"
	const places = "app=infra/app db=infra/db docs"
	return map[string]*fleetStep{
		"1 a directory":   afterPush(t, places, before, strings.Replace(before, "infra/app/main.tf: 1", "infra/app/main.tf: 2", 1)),
		"2 a module":      afterPush(t, places, before, strings.Replace(before, "modules/db/main.tf: 1", "modules/db/main.tf: 2", 1)),
		"3 a new file":    afterPush(t, places, before, before+"\nmodules/db/new.tf: 1"),
		"4 nothing":       afterPush(t, places, before, strings.Replace(before, "README.md: 1", "README.md: 2", 1)),
		"5 everything":    afterPush(t, places, before, before, "changed-since=none"),
		"6 by a tag":      afterPush(t, places, before, before+"\ninfra/app/new.tf: 1", "filter-tag=none"),
		"7 by a name":     afterPush(t, places, before, before+"\ninfra/app/new.tf: 1", "filter-name=app"),
		"8 in no place":   afterPush(t, "app=infra/gone", before, before+"\ninfra/app/new.tf: 1"),
		"9 no workspaces": afterPush(t, "", before, before+"\ninfra/app/new.tf: 1"),
	}
}

// TestAffectedTranscripts keeps what users see of the affected action, and how it ends if one of its requests is refused.
func TestAffectedTranscripts(t *testing.T) {
	t.Parallel()
	c := newTranscripts(t, "affected")
	for _, title := range slices.Sorted(maps.Keys(affectedSteps(t))) {
		c.add(title, affectedSteps(t)[title].play())
	}
	for _, title := range []string{"2 a module", "7 by a name"} {
		c.line("=== %s", title)
		m := &faultTransport{status: http.StatusForbidden, once: true}
		m.runWithEachFault(func(m *faultTransport) *stepResult {
			s := affectedSteps(t)[title]
			s.changes = m
			return s.play()
		}, c.appendFaultResult(m))
	}
}

// TestOverviewTranscripts keeps what users see of the overview, and how it ends if one of its requests is refused.
func TestOverviewTranscripts(t *testing.T) {
	c := newTranscripts(t, "overview")
	inFleet(t, 5, scalrsim.Scenario{}, func(f *fleet) {
		for i, script := range []scalrsim.RunScript{creates, destroys, planFails, changesNothing} {
			f.plan(i, script, "12", "1")
		}
		time.Sleep(time.Minute)
		for _, inputs := range [][]string{{}, {"fail-on=none"}, {"fail-on=changes"}, {"fail-on=destroy"}, {"fail-on=failed"}, {"fail-on=missing"},
			{allGood}, {`needs={"plan":{"result":"failure"},"list":{"result":"cancelled"}}`}, {`needs={"plan":{"result":"skipped"}}`},
			{`needs={"a":{"result":"odd"}}`},
			{"workspaces=[]"}, {"comment=false"}, {"summary=false"}} {
			c.add(strings.Join(inputs, " "), f.play("12", "1", oldHead, inputs...))
		}
		m := &faultTransport{status: http.StatusForbidden, once: true}
		m.runWithEachFault(func(m *faultTransport) *stepResult {
			f.changes = m
			return f.play("12", "1", oldHead, "fail-on=none")
		}, func(p *stepResult) {
			if !strings.Contains(m.changed, "/plans/") { // plans are read at the same time
				c.appendFaultResult(m)(p)
			}
		})
	})
}
