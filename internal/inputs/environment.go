package inputs

import (
	"slices"
	"strings"
	"time"
)

// EnvironmentMode is what the environment action does.
type EnvironmentMode string

// The modes of the environment action.
const (
	EnvironmentPresent EnvironmentMode = "present"
	EnvironmentAbsent  EnvironmentMode = "absent"
	EnvironmentShow    EnvironmentMode = "show"
	EnvironmentList    EnvironmentMode = "list"
)

// PolicyGroupsMode says whether policy groups are added or removed.
type PolicyGroupsMode string

// What to do with the policy groups that are listed.
const (
	PolicyGroupsAdd    PolicyGroupsMode = "add"
	PolicyGroupsRemove PolicyGroupsMode = "remove"
)

// Environment holds the inputs of the environment action.
type Environment struct {
	Access
	Mode EnvironmentMode
	// One of Name and EnvironmentID is set, but for EnvironmentList, where neither is needed.
	Name, EnvironmentID string
	// RenameTo is "" to keep the name.
	RenameTo string
	// AccountID is "" to take the token's.
	AccountID string
	Tags      Tags
	// Of these, nil leaves things as they are.
	CostEstimationEnabled, MaskSensitiveOutput, RemoteBackend *bool
	// Of these, each item is an id or a name, and an empty list leaves things as they are.
	ProviderConfigurations, DefaultProviderConfigurations, PolicyGroups []string
	PolicyGroupsMode                                                    PolicyGroupsMode
	// Filter is for EnvironmentList.
	Filter EnvironmentFilter
}

// EnvironmentFilter says which environments to list, and in which order. Zero means all.
type EnvironmentFilter struct {
	Query, Tag, PolicyGroup string
	// LatestRunDate has the form between:FROM,TO with times of RFC 3339.
	LatestRunDate string
	// Sort has Scalr's form: attributes between commas, each perhaps after a "-".
	Sort string
}

// LoadEnvironment reads the inputs of the environment action. The error is of
// type Problems and holds everything that is wrong.
func LoadEnvironment(src Source) (Environment, Notes, error) {
	r := newReader(src, EnvironmentNames())
	in := Environment{
		Access:                        r.access(),
		Mode:                          word(r, "mode", EnvironmentPresent, EnvironmentAbsent, EnvironmentShow, EnvironmentList),
		Name:                          r.line("name", maxName, "production"),
		EnvironmentID:                 r.id("environment-id", "env"),
		RenameTo:                      r.line("rename-to", maxName, "production-eu"),
		AccountID:                     r.id("account-id", "acc"),
		Tags:                          r.tags(),
		CostEstimationEnabled:         r.choice("cost-estimation-enabled"),
		MaskSensitiveOutput:           r.choice("mask-sensitive-output"),
		RemoteBackend:                 r.choice("remote-backend"),
		ProviderConfigurations:        r.names("provider-configurations", "aws-production"),
		DefaultProviderConfigurations: r.names("default-provider-configurations", "aws-production"),
		PolicyGroups:                  r.names("policy-groups", "baseline"),
		PolicyGroupsMode:              word(r, "policy-groups-mode", PolicyGroupsAdd, PolicyGroupsRemove),
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

// whichEnvironment checks that the mode knows which environment is meant, and warns of what it makes no use of.
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

// nameOrID checks that just one of the two inputs says which thing is meant.
func (r *reader) nameOrID(name, id, nameExample, idExample string) {
	switch {
	case r.given(id) != "" && r.given(name) != "":
		r.badf(name, "is given together with %s, and only one of them can say which one is meant: %s and %s. "+
			"Remove one of the two and keep the other, such as %s", id, r.quote(r.given(name)), r.quote(r.given(id)), nameExample)
	case r.given(id) == "" && r.given(name) == "":
		r.badf(name, "is empty, and so is %s. Say which one is meant, such as %s or %s", id, nameExample, idExample)
	}
}

// between reads the one form of a range of dates that the API describes (openapi.yml, list_environments).
func (r *reader) between(name string) string {
	v := r.given(name)
	if v == "" || !r.evaluated(name, v) {
		return ""
	}
	dates, ok := strings.CutPrefix(v, "between:")
	from, to, two := strings.Cut(dates, ",")
	start, err1 := time.Parse(time.RFC3339, from)
	end, err2 := time.Parse(time.RFC3339, to)
	switch {
	case !ok || !two || err1 != nil || err2 != nil:
		r.badf(name, "is not a range of dates: %s. Write two times of RFC 3339, such as %s: between:2026-01-01T00:00:00Z,2026-02-01T00:00:00Z",
			r.quote(v), name)
	case end.Before(start):
		r.badf(name, "is a range that ends before it begins: %s. Write %s: between:%s,%s", r.quote(v), name, to, from)
	default:
		return v
	}
	return ""
}

// sort reads the order of a list of environments (openapi.yml, list_environments).
func (r *reader) sort(name string) string {
	v := r.given(name)
	if v == "" || !r.evaluated(name, v) {
		return ""
	}
	known := []string{"name", "created-at", "created-by-email", "account"}
	for _, attribute := range strings.Split(v, ",") {
		if attribute = strings.TrimPrefix(attribute, "-"); !slices.Contains(known, attribute) {
			r.badf(name, "holds what nothing is sorted by: %s. %sWrite one of %s, with a - before it for the reverse, such as %s: -created-at",
				r.quote(attribute), didYouMean(attribute, known), strings.Join(known, ", "), name)
			return ""
		}
	}
	return v
}
