package inputs

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"scalr-run-action/internal/lazyregexp"
)

// none is the word that clears a setting.
const none = "none"

// ProviderLink is a provider configuration that a workspace uses.
type ProviderLink struct {
	Provider string // name or id
	Alias    string // of the provider in the configuration; may be empty
}

// Limits of the workspace's run-operation-timeout, in minutes.
const (
	shortestRunTimeout = 10
	longestRunTimeout  = 720
)

// orNone reads a setting with read. The word none gives the zero value, which clears the setting.
func orNone[T comparable](r *reader, name string, read func() T) *T {
	var zero T
	if r.value(name) == none {
		return &zero
	}
	if value := read(); value != zero {
		return &value
	}
	return nil
}

// runTimeout reads a number of minutes.
func (r *reader) runTimeout() int {
	const name = "run-operation-timeout"
	v := r.value(name)
	if v == "" || !r.requireEvaluated(name, v) {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || !wholeNumber.MatchString(v) {
		r.badf(name, "is not a whole number of minutes: %s. Write the digits alone, such as %s: 90, or none for Scalr's default", r.quote(v), name)
		return 0
	}
	if n < shortestRunTimeout || n > longestRunTimeout {
		r.badf(name, "is out of range: %s. Write %d to %d minutes, such as %s: 90, or none for Scalr's default",
			r.quote(v), shortestRunTimeout, longestRunTimeout, name)
		return 0
	}
	return n
}

// listOrNone reads a list; nil keeps the setting, an empty list clears it.
func (r *reader) listOrNone(name, example string) []string {
	list := r.names(name, example)
	if !slices.Contains(list, none) {
		return list
	}
	if len(list) > 1 {
		r.badf(name, "contains `none` together with other lines: %s. "+
			"Write only `none` to clear the list, or remove `none`, such as %s: %s", r.quote(r.value(name)), name, example)
		return nil
	}
	return []string{}
}

var providerAlias = lazyregexp.New(`^[\p{L}_][\p{L}\p{N}_-]*$`)

// maxAlias is the longest alias (openapi.yml, ProviderConfigurationLink).
const maxAlias = 128

// providerLinks reads provider configurations with optional aliases.
func (r *reader) providerLinks() []ProviderLink {
	const name, example = "provider-configurations", "aws-production as eu"
	list := r.listOrNone(name, example)
	if list == nil {
		return nil
	}
	links := []ProviderLink{}
	for _, text := range list {
		link := ProviderLink{Provider: text}
		words := strings.Fields(text)
		// The word must be separate: a name such as "atlas" also ends with "as".
		switch n := len(words); {
		case n > 1 && words[n-1] == "as":
			r.badf(name, "has no alias after as: %s. Write one name or id per line, optionally with its alias, such as %s: %s", r.quote(text), name, example)
			continue
		case n > 2 && words[n-2] == "as":
			link = ProviderLink{Provider: strings.TrimSpace(text[:strings.LastIndex(strings.TrimSuffix(text, words[n-1]), "as")]), Alias: words[n-1]}
			if !providerAlias.MatchString(link.Alias) || utf8.RuneCountInString(link.Alias) > maxAlias {
				r.badf(name, "has an alias that Terraform does not accept: %s. Write a letter and then at most %d letters, digits, - or _, such as %s: %s",
					r.quote(link.Alias), maxAlias-1, name, example)
				continue
			}
		}
		if !slices.Contains(links, link) {
			links = append(links, link)
		}
	}
	return links
}
