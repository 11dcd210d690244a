package scalrsim

import "strings"

// Agent is a self-hosted agent of a pool. Its status is idle, busy, offline or errored.
type Agent struct{ Name, Status string }

// AddAgentPool adds an agent pool with agents and returns its ID.
func (s *Server) AddAgentPool(name string, agents ...Agent) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id("apool")
	var ids []string
	for _, a := range agents {
		ids = append(ids, s.add("agents", s.id("agent"), object{"name": a.Name, "os": "ubuntu_24", "status": a.Status, "error-message": nil,
			"created-at": stamp(initialTime), "last-seen-at": stamp(initialTime), "version": "0.50.0", "driver": "docker"},
			object{"pool": toOne("agent-pools", id)}).id)
	}
	s.add("agent-pools", id, object{"name": name, "default": false, "features": list{}, "in-use": false, "is-scalr-managed": false, "is-shared": true,
		"vcs-enabled": false, "webhook-enabled": false, "webhook-headers": nil, "webhook-url": nil},
		object{"account": toOne("accounts", AccountID), "agents": toMany("agents", ids...), "default-environments": toMany("environments"),
			"environment": toOne("", ""), "environments": toMany("environments"), "workspaces": toMany("workspaces")})
	return id
}

// setAgentPool updates both sides of the relationship.
func (s *Server) setAgentPool(w *resource, ids []string) {
	id := strings.Join(ids, "") // at most one
	w.relationships["agent-pool"] = toOne("agent-pools", id)
	for _, pool := range s.kind("agent-pools") {
		linked := removeIDs(pool.relatedIDs("workspaces"), []string{w.id})
		if pool.id == id {
			linked = append(linked, w.id)
		}
		pool.relationships["workspaces"] = toMany("workspaces", linked...)
		pool.attributes["in-use"] = len(linked) > 0
	}
}

func agentPoolRoutes() []route {
	include := words("account agents environment environments workspaces")
	return []route{
		{method: "GET", path: "/agent-pools", produces: jsonAPI,
			query: words("filter[agent-pool] filter[name] filter[vcs-enabled] filter[in-use] filter[is-shared] filter[account]" +
				" filter[environment] include sort" + paging),
			include: include, sort: words("account environment in-use name vcs-enabled"), do: listOf("agent-pools")},
		{method: "GET", path: "/agent-pools/*", produces: jsonAPI, query: words("include"), include: include,
			do: readOf("agent-pools", "AgentPool", 404)},
	}
}

// SetDefaultAgentPool sets the default agent pool of an environment.
func (s *Server) SetDefaultAgentPool(environmentID, poolID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lookup("environments", environmentID).relationships["default-workspace-agent-pool"] = toOne("agent-pools", poolID)
}
