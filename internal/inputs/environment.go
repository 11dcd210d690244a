package inputs

import (
	"slices"
	"strings"
	"time"
)

// EnvironmentMode selects the operation of the environment action.
type EnvironmentMode string

// The modes of the environment action.
const (
	EnvironmentPresent EnvironmentMode = "present"
	EnvironmentAbsent  EnvironmentMode = "absent"
	EnvironmentShow    EnvironmentMode = "show"
	EnvironmentList    EnvironmentMode = "list"
)

// PolicyGroupsMode selects the operation on the listed policy groups.
type PolicyGroupsMode string

// The modes for policy groups.
const (
	PolicyGroupsAdd    PolicyGroupsMode = "add"
	PolicyGroupsRemove PolicyGroupsMode = "remove"
)

// Environment holds the inputs of the environment action.
type Environment struct {
	Access
	Mode EnvironmentMode
	// One of Name and EnvironmentID is set, except for EnvironmentList, which needs neither.
	Name, EnvironmentID string
	// RenameTo is "" to keep the name.
	RenameTo string
	// AccountID is "" for the account of the token.
	AccountID string
	Tags      Tags
	// For these, nil keeps the current value.
	CostEstimationEnabled, MaskSensitiveOutput, RemoteBackend *bool
	// The items of these lists are ids or names; an empty list keeps the current values.
	ProviderConfigurations, DefaultProviderConfigurations, PolicyGroups []string
	PolicyGroupsMode                                                    PolicyGroupsMode
	// Filter is for EnvironmentList.
	Filter EnvironmentFilter
}

// EnvironmentFilter selects and orders the environments to list. The zero value selects all.
type EnvironmentFilter struct {
	Query, Tag, PolicyGroup string
	// LatestRunDate has the form between:FROM,TO with times of RFC 3339.
	LatestRunDate string
	// Sort has Scalr's format: attributes separated by commas, with an optional "-" before each.
	Sort string
}

// LoadEnvironment reads the inputs of the environment action. The error is of type Problems and
// contains all problems.
func LoadEnvironment(src Source) (Environment, Notes, error) {
	r := newReader(src, EnvironmentNames())
	in := Environment{
		Access:                        r.access(),
		Mode:                          enum(r, "mode", EnvironmentPresent, EnvironmentAbsent, EnvironmentShow, EnvironmentList),
		Name:                          r.line("name", maxName, "production"),
		EnvironmentID:                 r.id("environment-id", "env"),
		RenameTo:                      r.line("rename-to", maxName, "production-eu"),
		AccountID:                     r.id("account-id", "acc"),
		Tags:                          r.tags(),
		CostEstimationEnabled:         r.optionalBool("cost-estimation-enabled"),
		MaskSensitiveOutput:           r.optionalBool("mask-sensitive-output"),
		RemoteBackend:                 r.optionalBool("remote-backend"),
		ProviderConfigurations:        r.names("provider-configurations", "aws-production"),
		DefaultProviderConfigurations: r.names("default-provider-configurations", "aws-production"),
		PolicyGroups:                  r.names("policy-groups", "baseline"),
		PolicyGroupsMode:              enum(r, "policy-groups-mode", PolicyGroupsAdd, PolicyGroupsRemove),
		Filter:                        r.environmentFilter(),
	}
	r.whichEnvironment(in.Mode)
	notes, err := r.done()
	return in, notes, err
}

func (r *reader) environmentFilter() EnvironmentFilter {
	return EnvironmentFilter{
		Query:         r.line("query", maxName, "preview-"),
		Tag:           r.line("filter-tag", maxName, "preview"),
		PolicyGroup:   r.line("filter-policy-group", maxName, "pgrp-v0abc123"),
		LatestRunDate: r.between("filter-latest-run-date"),
		Sort:          r.sort("sort"),
	}
}

// whichEnvironment checks that the inputs identify the environment, and warns about inputs that the mode
// does not use.
func (r *reader) whichEnvironment(mode EnvironmentMode) {
	changes := []string{"rename-to", "tags", "cost-estimation-enabled", "mask-sensitive-output", "remote-backend",
		"provider-configurations", "default-provider-configurations", "policy-groups"}
	filters := []string{"query", "filter-tag", "filter-policy-group", "filter-latest-run-date", "sort"}
	switch mode {
	case "":
		return
	case EnvironmentList:
		r.unused("mode: list changes nothing and lists by filters", append([]string{"name", "environment-id"}, changes...)...)
		return
	case EnvironmentPresent:
		r.unused("mode: present acts on one environment", filters...)
	default:
		r.unused("mode: "+string(mode)+" acts on one environment and sets nothing in it", slices.Concat(changes, filters)...)
	}
	r.nameOrID("name", "environment-id", "name: production", "environment-id: env-v0abc123")
}

// nameOrID checks that exactly one of the two inputs is set.
func (r *reader) nameOrID(name, id, nameExample, idExample string) {
	switch {
	case r.value(id) != "" && r.value(name) != "":
		r.badf(name, "cannot be combined with %s: %s and %s. "+
			"Remove one of the two and keep the other, such as %s", id, r.quote(r.value(name)), r.quote(r.value(id)), nameExample)
	case r.value(id) == "" && r.value(name) == "":
		r.badf(name, "is empty, and so is %s. Set one of them, such as %s or %s", id, nameExample, idExample)
	}
}

// between reads a range of dates in the API's format (openapi.yml, list_environments).
func (r *reader) between(name string) string {
	v := r.value(name)
	if v == "" || !r.requireEvaluated(name, v) {
		return ""
	}
	dates, ok := strings.CutPrefix(v, "between:")
	from, to, two := strings.Cut(dates, ",")
	start, err1 := time.Parse(time.RFC3339, from)
	end, err2 := time.Parse(time.RFC3339, to)
	switch {
	case !ok || !two || err1 != nil || err2 != nil:
		r.badf(name, "is not a range of dates: %s. Write two times in RFC 3339 format, such as %s: between:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z",
			r.quote(v), name)
	case end.Before(start):
		r.badf(name, "is a range whose end is before its start: %s. Set %s: between:%s,%s", r.quote(v), name, to, from)
	default:
		return v
	}
	return ""
}

// sort reads the order of a list of environments (openapi.yml, list_environments).
func (r *reader) sort(name string) string {
	v := r.value(name)
	if v == "" || !r.requireEvaluated(name, v) {
		return ""
	}
	known := []string{"name", "created-at", "created-by-email", "account"}
	for _, attribute := range strings.Split(v, ",") {
		if attribute = strings.TrimPrefix(attribute, "-"); !slices.Contains(known, attribute) {
			r.badf(name, "is not a sort attribute: %s. %sWrite one of %s, with a - before it for the reverse, such as %s: -created-at",
				r.quote(attribute), didYouMean(attribute, known), strings.Join(known, ", "), name)
			return ""
		}
	}
	return v
}
