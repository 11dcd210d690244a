package scalr

// RunRequest is what a run is asked to do. Fields left at zero are not sent,
// so that the workspace's own settings hold.
type RunRequest struct {
	WorkspaceID, ConfigurationID string
	Dry, Destroy, SavePlan       bool
	// AutoApply is nil for the workspace's setting, which WorkspaceAutoApply is.
	AutoApply              *bool
	WorkspaceAutoApply     bool
	NoRefresh, RefreshOnly bool
	Targets, Replace       []string
	Variables              []Variable
	Message                string
}

// Variable is a variable of one run, of which nothing stays in the workspace, or
// one that a workspace stores ([WorkspaceVariable]).
type Variable struct {
	Key, Value string
	Shell      bool // an environment variable, not an input of the configuration
	HCL        bool
	Sensitive  bool
}

func (q RunRequest) attributes() map[string]any {
	a := map[string]any{"is-dry": q.Dry, "source": "api"}
	for name, set := range map[string]bool{"is-destroy": q.Destroy, "save-plan": q.SavePlan, "refresh-only": q.RefreshOnly} {
		if set {
			a[name] = true
		}
	}
	if q.NoRefresh {
		a["refresh"] = false
	}
	if q.AutoApply != nil {
		a["auto-apply"] = *q.AutoApply
	}
	if q.Message != "" {
		a["message"] = q.Message
	}
	for name, addresses := range map[string][]string{"target-addrs": q.Targets, "replace-addrs": q.Replace} {
		if len(addresses) > 0 {
			a[name] = addresses
		}
	}
	if len(q.Variables) > 0 {
		a["variables"] = q.variables()
	}
	return a
}

func (q RunRequest) variables() []map[string]any {
	list := make([]map[string]any, 0, len(q.Variables))
	for _, v := range q.Variables {
		list = append(list, v.attributes())
	}
	return list
}

// attributes use the category shell for environment variables: it is the word
// of the vendor's own clients; the schema's env is the older one.
func (v Variable) attributes() map[string]any {
	category := "terraform"
	if v.Shell {
		category = "shell"
	}
	return map[string]any{"key": v.Key, "value": v.Value, "category": category, "hcl": v.HCL, "sensitive": v.Sensitive}
}
