package scalr

import (
	"cmp"
	"context"
	"net/http"
	"net/url"

	"scalr-run-action/internal/sanitize"
)

// AgentPool is a pool of self-hosted agents that execute the runs of workspaces.
type AgentPool struct {
	ID, Name string
	Agents   []Agent // nil or incomplete if they were not read
}

// Agent is a self-hosted agent. Status is idle, busy, offline or errored (openapi.yml, Agent), or empty if Scalr does
// not report it.
type Agent struct{ Name, Status string }

// AgentPools lists the agent pools that the token can read, without their agents.
func (c *Client) AgentPools(ctx context.Context) ([]AgentPool, error) {
	return list(ctx, c, Op{Operation: OpListAgentPools}, []string{"agent-pools"}, url.Values{}, defaultPolicy,
		func(r resource, _ document) AgentPool { return AgentPool{ID: r.ID, Name: r.Attributes.name()} })
}

// AgentPoolOf reads the agent pool whose agents execute the runs of a workspace: the workspace's own pool, otherwise
// the default pool of its environment or account. ok is false if there is none or if it is unknown. Requests are not
// retried, because only reports use the result.
func (c *Client) AgentPoolOf(ctx context.Context, workspaceID string) (p AgentPool, ok bool) {
	w, err := c.readWorkspace(ctx, workspaceID, noRetry)
	if err != nil {
		return p, false
	}
	id := cmp.Or(w.AgentPoolID, w.EnvironmentAgentPoolID)
	if id == "" {
		err = c.pages(ctx, Op{Operation: OpListAgentPools}, []string{"agent-pools"}, "agent-pools", url.Values{}, noRetry, func(r resource, _ document) bool {
			if r.Attributes.set("default") {
				id = r.ID
			}
			return id == ""
		})
	}
	if err != nil || id == "" {
		return p, false
	}
	p, err = c.AgentPool(ctx, id)
	return p, err == nil
}

// AgentPool reads an agent pool and its agents in a single attempt.
func (c *Client) AgentPool(ctx context.Context, id string) (p AgentPool, err error) {
	op := OpReadAgentPool.on(id)
	err = c.do(ctx, call{
		op: op, method: http.MethodGet, path: []string{"agent-pools", id}, query: url.Values{"include": {"agents"}}, policy: noRetry,
		read: func(a answer) error {
			r, doc, err := a.one(op, "agent-pools")
			if err != nil {
				return err
			}
			p = AgentPool{ID: r.ID, Name: r.Attributes.line("name")}
			for _, agent := range r.refs("agents") {
				about, _ := doc.included("agents", agent)
				p.Agents = append(p.Agents, Agent{Name: about.Attributes.line("name"), Status: sanitize.Note(about.Attributes.text("status"), mostStatus)})
			}
			return nil
		},
	})
	return p, err
}
