package scalr

// RunRequest describes a run to create. Zero fields are not sent, so that the workspace's own settings apply.
type RunRequest struct {
	WorkspaceID, ConfigurationID string
	Dry, Destroy, SavePlan       bool
	// AutoApply is nil to use the workspace's setting, whose value is WorkspaceAutoApply.
	AutoApply              *bool
	WorkspaceAutoApply     bool
	NoRefresh, RefreshOnly bool
	Targets, Replace       []string
	Variables              []Variable
	Message                string
}

// Variable is a variable of a single run, which is not stored in the workspace, or a variable that a workspace stores
// ([WorkspaceVariable]).
type Variable struct {
	Key, Value string
	Shell      bool // environment variable, as opposed to an input variable of the configuration
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

// attributes returns the variable's attributes. For environment variables it uses the category shell, as the vendor's
// own clients do; env, in the schema, is the older name.
func (v Variable) attributes() map[string]any {
	category := "terraform"
	if v.Shell {
		category = "shell"
	}
	return map[string]any{"key": v.Key, "value": v.Value, "category": category, "hcl": v.HCL, "sensitive": v.Sensitive}
}
