package progress

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/scalr"
)

// agentDelay is the time that a run is queued for an executor before the Logger calls Agents, which takes up
// to three requests.
const agentDelay = 10 * time.Second

// agentQueue is the cached description of the agents that a queued run waits for.
type agentQueue struct {
	status    scalr.Status // the status of the queue
	since     time.Time    // time of the first poll with this status
	checkedAt time.Time
	text      string
}

// queuedForExecutor are the statuses in which a run waits for an executor, which may be a self-hosted agent.
var queuedForExecutor = []scalr.Status{"pre_plan_queued", "plan_queued", "pre_apply_queued", "apply_queued"}

// queuedLine describes the executor that a queued run waits for.
func (l *Logger) queuedLine(s scalr.Status) string {
	now := time.Now()
	if l.agents.status != s {
		l.agents = agentQueue{status: s, since: now}
	}
	stale := l.agents.checkedAt.IsZero() || now.Sub(l.agents.checkedAt) >= lookupInterval
	if l.Agents != nil && now.Sub(l.agents.since) >= agentDelay && stale {
		l.agents.checkedAt, l.agents.text = now, ""
		if pool, ok := l.Agents(); ok {
			l.agents.text = fmt.Sprintf(", waiting for an agent of agent pool %q (%s)", pool.Name, describeAgents(pool.Agents))
		}
	}
	return statusText(s) + l.agents.text
}

// maxAgents is the largest number of agents that are listed individually.
const maxAgents = 5

// describeAgents lists agents with their status, or counts them by status if there are more than maxAgents.
func describeAgents(agents []scalr.Agent) string {
	if len(agents) == 0 {
		return "no agent is connected to it"
	}
	byStatus := map[string]int{}
	var list []string
	for _, a := range agents {
		status := a.Status
		if status == "" {
			status = "unknown"
		}
		byStatus[status]++
		list = append(list, fmt.Sprintf("%.64q is %.40s", a.Name, status))
	}
	if len(agents) > maxAgents {
		list = nil
		for _, status := range slices.Sorted(maps.Keys(byStatus)) {
			list = append(list, fmt.Sprintf("%d %.40s", byStatus[status], status))
		}
		list = []string{fmt.Sprintf("%d agents: %s", len(agents), strings.Join(list[:min(len(list), maxAgents)], ", "))}
	}
	return strings.Join(list, ", ")
}
