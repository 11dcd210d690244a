package progress

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"scalr-run-action/internal/scalr"
)

// agentDelay is how long a run stays queued for an executor before its agents are
// looked up, which costs up to three requests.
const agentDelay = 10 * time.Second

// agentQueue is what was found out about the agents that a queued run waits for.
type agentQueue struct {
	status   scalr.Status // the queue
	since    time.Time    // when the run was first seen in it
	lookedAt time.Time
	text     string
}

// queuedForExecutor are the statuses in which a run waits for an executor, which may
// be a self-hosted agent.
var queuedForExecutor = []scalr.Status{"pre_plan_queued", "plan_queued", "pre_apply_queued", "apply_queued"}

// queued says for what a run waits that has its turn and no executor yet.
func (n *Logger) queued(s scalr.Status) string {
	now := time.Now()
	if n.agents.status != s {
		n.agents = agentQueue{status: s, since: now}
	}
	if n.Agents != nil && now.Sub(n.agents.since) >= agentDelay && (n.agents.lookedAt.IsZero() || now.Sub(n.agents.lookedAt) >= holderAge) {
		n.agents.lookedAt, n.agents.text = now, ""
		if pool, ok := n.Agents(); ok {
			n.agents.text = fmt.Sprintf(", waiting for an agent of agent pool %q (%s)", pool.Name, describeAgents(pool.Agents))
		}
	}
	return words(s) + n.agents.text
}

// mostAgents is how many agents are named one by one.
const mostAgents = 5

// describeAgents names agents with their status, or counts them if they are many.
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
	if len(agents) > mostAgents {
		list = nil
		for _, status := range slices.Sorted(maps.Keys(byStatus)) {
			list = append(list, fmt.Sprintf("%d %.40s", byStatus[status], status))
		}
		list = []string{fmt.Sprintf("%d agents: %s", len(agents), strings.Join(list[:min(len(list), mostAgents)], ", "))}
	}
	return strings.Join(list, ", ")
}
