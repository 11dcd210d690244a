package scalrsim

import (
	"slices"
	"strings"
)

// route is an operation of the API.
type route struct {
	method, path       string
	consumes, produces string // content types; empty means no body, or any type
	query              []string
	include            []string
	sort               []string
	open               bool // requires no token
	do                 func(*Server, *call) reply
}

func words(text string) []string { return strings.Fields(text) }

const (
	paging     = " page[number] page[size]"
	runInclude = "apply configuration-version cost-estimate created-by created-by-run environment plan" +
		" policy-checks status-transitions tags vcs-revision workspace"
	runFilters = "filter[workspace] filter[account] filter[environment] filter[run] filter[status] filter[source]" +
		" filter[vcs-revision] filter[created-by] filter[created-by-run] filter[env-or-ws] filter[created-at]" +
		" filter[is-dry] filter[tag] filter[resource-drifts] query scheduled include fields" + paging
	workspaceInclude = "agent-pool configuration-version created-by current-run drift-report environment" +
		" latest-configuration-version latest-run locked-by locked-by-run module module-version readme-id tags" +
		" updated-by vcs-provider"
	environmentInclude = "account created-by default-provider-configurations default-workspace-agent-pool" +
		" drift-detection-schedules locked-by policy-groups provider-configurations storage-profile tags"
)

// routes returns the operations of openapi.yml for remote runs and for managing environments and workspaces.
func routes() []route {
	return slices.Concat(accountRoutes(), runRoutes(), stageRoutes(), environmentRoutes(), workspaceRoutes(), tagRoutes(),
		agentPoolRoutes(), variableRoutes(), providerLinkRoutes(), tagLinkRoutes("environments"), tagLinkRoutes("workspaces"))
}

func accountRoutes() []route {
	return []route{
		{method: "GET", path: "/ping", open: true, do: func(*Server, *call) reply { return empty(200) }},
		{method: "POST", path: "/service-accounts/assume", consumes: plain, produces: plain, open: true, do: (*Server).assume},
		{method: "GET", path: "/accounts", produces: jsonAPI, query: words("filter[name] include fields" + paging), do: listOf("accounts")},
		{method: "GET", path: "/accounts/*", produces: jsonAPI, query: words("include"), do: readOf("accounts", "Account", 404)},
		{method: "GET", path: "/permissions", produces: jsonAPI, query: words(paging), do: listOf("permissions")},
		{method: "GET", path: "/users/*", produces: jsonAPI, query: words("include"), do: readOf("users", "User", 404)},
		{method: "GET", path: "/service-accounts", produces: jsonAPI,
			query:   words("filter[email] filter[service-account] filter[account] query include sort" + paging),
			include: words("account created-by"), do: listOf("service-accounts")},
		{method: "GET", path: "/provider-configurations", produces: jsonAPI,
			query: words("filter[name] filter[provider-name] filter[status] filter[account] filter[environment] filter[provider-configuration]" +
				" filter[tag] filter[is-allowed-in-module-test] sort include fields" + paging),
			include: words("environments parameters tags"), sort: words("name"), do: listOf("provider-configurations")},
		{method: "GET", path: "/provider-configurations/*", produces: jsonAPI,
			query: words("include"), include: words("environments parameters tags"),
			do: readOf("provider-configurations", "ProviderConfiguration", 404)},
		{method: "PATCH", path: "/provider-configurations/*", consumes: jsonAPI, produces: jsonAPI, do: (*Server).updateProvider},
	}
}

// runRoutes returns the operations on configuration versions and runs.
func runRoutes() []route {
	return []route{
		{method: "POST", path: "/configuration-versions", consumes: jsonAPI, produces: jsonAPI, do: (*Server).createVersion},
		{method: "GET", path: "/configuration-versions", produces: jsonAPI,
			query: words("filter[workspace] include" + paging), include: words("vcs-revision"), do: (*Server).listVersions},
		{method: "GET", path: "/configuration-versions/*", produces: jsonAPI,
			query: words("include"), include: words("vcs-revision"), do: (*Server).readVersion},
		{method: "GET", path: "/configuration-versions/*/download", do: (*Server).downloadVersion},
		{method: "POST", path: "/runs", consumes: jsonAPI, produces: jsonAPI, query: words("vcs-user-id vcs-task-id"), do: (*Server).createRun},
		{method: "GET", path: "/runs", produces: jsonAPI, query: words(runFilters), include: words(runInclude), do: (*Server).listRuns},
		{method: "GET", path: "/runs-queue", produces: jsonAPI, query: words(runFilters), include: words(runInclude), do: (*Server).listRunsQueue},
		{method: "GET", path: "/runs/*", produces: jsonAPI, query: words("include fields"), include: words(runInclude), do: (*Server).readRun},
		{method: "POST", path: "/runs/*/actions/apply", consumes: plain, do: act("apply", "comment", "apply-at")},
		{method: "POST", path: "/runs/*/actions/cancel", consumes: plain, do: act("cancel", "comment")},
		{method: "POST", path: "/runs/*/actions/discard", consumes: plain, do: act("discard", "comment")},
		{method: "POST", path: "/runs/*/actions/force", consumes: plain, do: act("force", "comment")},
		{method: "GET", path: "/runs/*/policy-checks", produces: jsonAPI, do: (*Server).listPolicyChecks},
	}
}

// stageRoutes returns the operations on plans, applies, cost estimates and policy checks.
func stageRoutes() []route {
	return []route{
		{method: "GET", path: "/plans/*", produces: jsonAPI, do: (*Server).readPlan},
		{method: "GET", path: "/plans/*/output", query: words("clean format"), do: (*Server).planLog},
		{method: "GET", path: "/plans/*/json-output", query: words("format"), do: (*Server).planJSON},
		{method: "GET", path: "/plans/*/sanitized-json-output", query: words("format"), do: (*Server).sanitizedPlanJSON},
		{method: "GET", path: "/applies/*", produces: jsonAPI, do: (*Server).readApply},
		{method: "GET", path: "/applies/*/output", query: words("clean"), do: (*Server).applyLog},
		{method: "GET", path: "/cost-estimates/*", produces: jsonAPI, do: (*Server).readCost},
		{method: "GET", path: "/cost-estimates/*/output", do: (*Server).costLog},
		{method: "GET", path: "/policy-checks/*", produces: jsonAPI, do: (*Server).readPolicyCheck},
		{method: "GET", path: "/policy-checks/*/output", query: words("clean"), do: (*Server).policyLog},
		{method: "POST", path: "/policy-checks/*/actions/override", produces: jsonAPI, do: (*Server).override},
	}
}

func environmentRoutes() []route {
	return []route{
		{method: "GET", path: "/environments", produces: jsonAPI,
			query: words("filter[account] filter[environment] filter[latest-run-date] filter[policy-group] filter[storage-profile] query" +
				" filter[tag] filter[name] filter[favorite] sort[favorite-first] sort include fields" + paging),
			include: words(environmentInclude), sort: words("account created-at created-by-email name"), do: listOf("environments")},
		{method: "POST", path: "/environments", consumes: jsonAPI, produces: jsonAPI, query: words("fields"), do: (*Server).createEnvironment},
		{method: "GET", path: "/environments/*", produces: jsonAPI,
			query: words("include fields track_access"), include: words(environmentInclude), do: readOf("environments", "Environment", 404)},
		{method: "PATCH", path: "/environments/*", consumes: jsonAPI, produces: jsonAPI, query: words("fields"), do: (*Server).updateEnvironment},
		{method: "DELETE", path: "/environments/*", do: (*Server).deleteEnvironment},
		{method: "POST", path: "/environments/*/actions/lock", consumes: plain, produces: jsonAPI, do: lockOf("environments", "Environment", true)},
		{method: "POST", path: "/environments/*/actions/unlock", produces: jsonAPI, do: lockOf("environments", "Environment", false)},
	}
}

func workspaceRoutes() []route {
	return []route{
		{method: "GET", path: "/workspaces", produces: jsonAPI,
			query: words("filter[environment] filter[workspace] filter[account] filter[created-by] filter[name] filter[environment-type]" +
				" filter[run][status] filter[run][created-by] filter[agent-pool] filter[software-version] filter[provider-configuration]" +
				" filter[vcs-provider] filter[federated-to-env] filter[federated-by-env] filter[vcs-repo][identifier] filter[state-consumer-of]" +
				" query filter[updated-at] filter[deletion-protection-enabled] filter[has-resources] filter[updated-by] filter[tag]" +
				" filter[run][resource-drifts] filter[favorite] filter[environment][name] sort[favorite-first] filter[drift-detection-enabled]" +
				" include sort fields" + paging),
			include: words(workspaceInclude), sort: words("current-run environment latest-run name updated-at"), do: listOf("workspaces")},
		{method: "POST", path: "/workspaces", consumes: jsonAPI, produces: jsonAPI, do: (*Server).createWorkspace},
		{method: "GET", path: "/workspaces/*", produces: jsonAPI,
			query: words("include fields"), include: words(workspaceInclude), do: readOf("workspaces", "Workspace", 404)},
		{method: "PATCH", path: "/workspaces/*", consumes: jsonAPI, produces: jsonAPI, do: (*Server).updateWorkspace},
		{method: "DELETE", path: "/workspaces/*", do: (*Server).deleteWorkspace},
		{method: "POST", path: "/workspaces/*/actions/lock", consumes: plain, produces: jsonAPI, do: lockOf("workspaces", "Workspace", true)},
		{method: "POST", path: "/workspaces/*/actions/unlock", produces: jsonAPI, do: lockOf("workspaces", "Workspace", false)},
		{method: "GET", path: "/workspaces/*/outputs", produces: plain, do: (*Server).workspaceOutputs},
	}
}

// tagRoutes returns the operations on tags and policy groups.
func tagRoutes() []route {
	return []route{
		{method: "GET", path: "/tags", produces: jsonAPI,
			query: words("filter[resource-type] filter[name] filter[tag] filter[account] sort query" + paging), sort: words("name"), do: listOf("tags")},
		{method: "POST", path: "/tags", consumes: jsonAPI, produces: jsonAPI, do: (*Server).createTag},
		{method: "GET", path: "/tags/*", produces: jsonAPI, do: readOf("tags", "AccountTag", 404)},
		{method: "PATCH", path: "/tags/*", consumes: jsonAPI, produces: jsonAPI, do: (*Server).updateTag},
		{method: "DELETE", path: "/tags/*", do: (*Server).deleteTag},
		{method: "GET", path: "/policy-groups", produces: jsonAPI,
			query: words("filter[policy-group] filter[environment] filter[software-version] filter[vcs-provider] filter[name]" +
				" filter[account] include query sort fields" + paging),
			sort: words("name"), include: words("account environments policies vcs-provider vcs-revision"), do: listOf("policy-groups")},
		{method: "GET", path: "/policy-groups/*", produces: jsonAPI,
			query: words("include"), include: words("account environments policies vcs-provider vcs-revision"),
			do: readOf("policy-groups", "PolicyGroup", 404)},
		{method: "POST", path: "/policy-groups/*/relationships/environments", consumes: jsonAPI, do: linkPolicyGroup(false)},
		{method: "PATCH", path: "/policy-groups/*/relationships/environments", consumes: jsonAPI, do: linkPolicyGroup(true)},
		{method: "DELETE", path: "/policy-groups/*/relationships/environments/*", do: (*Server).unlinkPolicyGroup},
	}
}

func tagLinkRoutes(kind string) []route {
	path := "/" + kind + "/*/relationships/tags"
	return []route{
		{method: "GET", path: path, produces: jsonAPI, query: words(paging), do: tagsOf(kind)},
		{method: "POST", path: path, consumes: jsonAPI, do: changeTags(kind, addIDs)},
		{method: "PATCH", path: path, consumes: jsonAPI, do: changeTags(kind, replaceIDs)},
		{method: "DELETE", path: path, consumes: jsonAPI, do: changeTags(kind, removeIDs)},
	}
}
