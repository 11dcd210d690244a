package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// assumptions are the rows, in the order in which they are printed. docs/scalr.md
// has each with its source.
var assumptions = []struct{ id, assumed string }{
	{"no-prefer", "200"},
	{"wrong-token", "401"},
	{"error-title", "yes"},
	{"unknown-environment", "404"},
	{"unknown-workspace", "404"},
	{"unknown-run", "404"},
	{"unknown-plan", "403"},
	{"permissions", "all, at their scopes"},
	{"permission-discard", "none"},
	{"environment-create", "201"},
	{"environment-name-taken", "422"},
	{"environment-by-name", "1"},
	{"environment-remote-backend", "422"},
	{"environment-delete", "204, workspaces too"},
	{"workspace-create", "201"},
	{"workspace-defaults", "auto-apply=false auto-queue-runs=skip_first execution-mode=remote"},
	{"workspace-by-names", "1"},
	{"workspace-name-taken", "422"},
	{"workspace-name-form", "422"},
	{"workspace-version", "422"},
	{"workspace-outputs-empty", "200 [] application/json"},
	{"workspace-lock", "200, then 409"},
	{"workspace-locked", "locked=true with the reason"},
	{"workspace-unlock", "200, then 409"},
	{"tag-create", "201"},
	{"tag-name-form", "422"},
	{"tag-add", "204"},
	{"tag-remove", "204, then 404"},
	{"version-create", "201 pending, with an upload address"},
	{"version-read", "no upload address"},
	{"upload", "2xx, without the token"},
	{"upload-processed", "uploaded"},
	{"run-create", "201 pending"},
	{"run-statuses", "known"},
	{"run-dry-end", "planned_and_finished"},
	{"run-dry-apply", "none"},
	{"plan-counts", "1 to add, 0 to change, 0 to destroy"},
	{"plan-log", "200, no escape sequences"},
	{"plan-json", "200, 1 resource change"},
	{"run-finished-actions", "apply 409, cancel 409, discard 409"},
	{"run-waits", "waits for confirmation"},
	{"run-discard", "202"},
	{"run-discarded", "discarded"},
}

// account is one examination.
type account struct {
	api         api
	id          string // of the account
	poll, limit time.Duration
	log         io.Writer

	name, environment string // of what was created; the name is unique
	workspace         string
	tags              map[string]string // name by id
	lostTags          []string          // names of tags whose creation had no response
	creating          bool              // a creation was sent, but its response was not read
	runs              []string

	found map[string]string // by row
	notes []string
	left  []string // objects that could not be deleted
}

// see records the result of a row. A row with two results shows both.
func (a *account) see(row, format string, args ...any) {
	found := fmt.Sprintf(format, args...)
	for _, known := range assumptions {
		if before, seen := a.found[row]; known.id == row && seen && before != known.assumed {
			return
		}
	}
	a.found[row] = found
}

func (a *account) note(text string, args ...any) {
	a.notes = append(a.notes, fmt.Sprintf(text, args...))
}

// examine checks all rows. It deletes all objects that it created before it returns.
func (a *account) examine(ctx context.Context) error {
	a.tags = map[string]string{}
	a.name = "scalr-run-action-check-" + strings.ToLower(rand.Text()[:12])
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Minute)
		defer cancel()
		a.deleteAll(ctx)
	}()
	var errs []error
	for _, step := range []func(context.Context) error{
		a.conventions, a.unknownObjects, a.permissions, a.createEnvironment, a.createWorkspace, a.refusals, a.locks,
		a.tagRows, a.dryRun, a.waitingRun,
	} {
		if err := step(ctx); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
	}
	return errors.Join(errs...)
}

func (a *account) conventions(ctx context.Context) error {
	got, err := a.api.sendWith(ctx, "GET", "environments?page%5Bsize%5D=1", nil, http.Header{})
	if err != nil {
		return err
	}
	a.see("no-prefer", "%d", got.status)
	for name := range got.header {
		if name = strings.ToLower(name); strings.Contains(name, "ratelimit") || strings.Contains(name, "rate-limit") {
			a.note("a response has the header %s: %s", name, got.header.Get(name))
		}
	}
	got, err = a.api.sendWith(ctx, "GET", "environments?page%5Bsize%5D=1", nil,
		http.Header{"Authorization": {"Bearer not-a-token"}})
	if err != nil {
		return err
	}
	a.see("wrong-token", "%d", got.status)
	if a.id != "" {
		return nil
	}
	accounts, err := a.api.list(ctx, "accounts", url.Values{})
	if err != nil {
		return err
	}
	if len(accounts) != 1 {
		return fmt.Errorf("the token sees %d accounts: set SCALR_ACCOUNT_ID", len(accounts))
	}
	a.id = accounts[0].ID
	return nil
}

func (a *account) unknownObjects(ctx context.Context) error {
	suffix := strings.ToLower(rand.Text()[:14])
	for row, path := range map[string]string{
		"unknown-environment": "environments/env-" + suffix, "unknown-workspace": "workspaces/ws-" + suffix,
		"unknown-run": "runs/run-" + suffix, "unknown-plan": "plans/plan-" + suffix,
	} {
		got, err := a.api.send(ctx, "GET", path, nil)
		if err != nil {
			return err
		}
		a.see(row, "%d", got.status)
		if row == "unknown-environment" {
			a.see("error-title", "%s", either(got.title != "", "yes", "no"))
		}
	}
	return nil
}

// createEnvironment completes the creation even after an interrupt, because deleteAll must know whether the
// environment exists.
func (a *account) createEnvironment(ctx context.Context) error {
	if a.id == "" {
		return errors.New("the account is unknown: nothing was created")
	}
	fmt.Fprintf(a.log, "Creating the environment %s; it is deleted at the end.\n", a.name)
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.limit)
	defer cancel()
	body := document("environments", object{"name": a.name}, object{"account": one("accounts", a.id)})
	a.creating = true
	got, err := a.api.send(whole, "POST", "environments", body)
	if err == nil {
		a.creating = got.data.ID == "" && !refused(got)
		a.see("environment-create", "%d", got.status)
	}
	if err != nil || got.status != http.StatusCreated || got.data.ID == "" {
		return unexpected("create an environment", got, err)
	}
	a.environment = got.data.ID
	a.creating = true // if the name is not refused, there are two
	again, err := a.api.send(whole, "POST", "environments", body)
	if err != nil {
		return err
	}
	a.see("environment-name-taken", "%d", again.status)
	a.creating = !refused(again)
	all, err := a.api.list(ctx, "environments", url.Values{"filter[name]": {a.name}})
	if err != nil {
		return err
	}
	a.see("environment-by-name", "%d", len(all))
	if len(all) == 0 {
		return nil
	}
	backend, _ := got.data.Attributes["remote-backend"].(bool)
	got, err = a.api.send(ctx, "PATCH", "environments/"+a.environment,
		withID(document("environments", object{"name": a.name, "remote-backend": !backend}, nil), a.environment))
	if err == nil {
		a.see("environment-remote-backend", "%d", got.status)
	}
	return err
}

// refused reports whether Scalr has certainly created nothing.
func refused(got answer) bool { return got.status >= 400 && got.status < 500 }

// permissionsNamed contains the permissions in docs/oidc.md, with a scope that Scalr must support for each.
var permissionsNamed = map[string]string{
	"*:read":                                 "workspace",
	"runs:create":                            "workspace",
	"runs:cancel":                            "workspace",
	"runs:apply":                             "workspace",
	"policy-checks:override":                 "workspace",
	"plans:read-json-output":                 "workspace",
	"workspaces:read":                        "environment",
	"workspaces:create":                      "environment",
	"workspaces:update":                      "environment",
	"workspaces:delete":                      "environment",
	"workspaces:link-provider-configuration": "environment",
	"variables:read":                         "workspace",
	"variables:create":                       "workspace",
	"variables:update":                       "workspace",
	"environments:create":                    "account",
	"environments:read":                      "environment",
	"environments:update":                    "environment",
	"environments:delete":                    "environment",
	"software-versions:read":                 "account",
	"cloud-credentials:read":                 "account",
	"cloud-credentials:update":               "account",
	"agent-pools:read":                       "account",
	"policy-groups:read":                     "account",
	"policy-groups:update":                   "account",
}

func (a *account) permissions(ctx context.Context) error {
	all, err := a.api.list(ctx, "permissions", url.Values{})
	if err != nil {
		return err
	}
	scopes, discard := map[string]string{}, []string{}
	for _, p := range all {
		scopes[p.ID] = fmt.Sprint(p.Attributes["applicable-scopes"])
		description := strings.ToLower(fmt.Sprint(p.Attributes["description"]))
		if strings.Contains(p.ID, "discard") || strings.Contains(description, "discard") {
			discard = append(discard, p.ID)
		}
		if strings.HasPrefix(p.ID, "tags:") || strings.HasPrefix(p.ID, "provider-configurations:") {
			a.note("there is a permission %s, at %s", p.ID, scopes[p.ID])
		}
	}
	var missing []string
	for name, scope := range permissionsNamed {
		if !strings.Contains(scopes[name], scope) {
			missing = append(missing, name+" at "+scope)
		}
	}
	a.see("permissions", "%s", listed(missing, "all, at their scopes", "without "))
	a.see("permission-discard", "%s", listed(discard, "none", ""))
	return nil
}

func (a *account) tagRows(ctx context.Context) error {
	if a.workspace == "" {
		return nil
	}
	// Scalr must reject this name; otherwise the tag is deleted too.
	if _, err := a.createTag(ctx, "tag-name-form", a.name+" / !"); err != nil {
		return err
	}
	tag, err := a.createTag(ctx, "tag-create", a.name)
	if err != nil || tag == "" {
		return err
	}
	links, data := "workspaces/"+a.workspace+"/relationships/tags",
		object{"data": []any{object{"type": "tags", "id": tag}}}
	var status [3]int
	for i, method := range []string{"POST", "DELETE", "DELETE"} {
		got, err := a.api.send(ctx, method, links, data)
		if err != nil {
			return err
		}
		status[i] = got.status
	}
	a.see("tag-add", "%d", status[0])
	a.see("tag-remove", "%d, then %d", status[1], status[2])
	return nil
}

// createTag sends the creation to its end, as createEnvironment does. The id is empty if Scalr rejects the name.
func (a *account) createTag(ctx context.Context, row, name string) (id string, err error) {
	whole, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.limit)
	defer cancel()
	got, err := a.api.send(whole, "POST", "tags",
		document("tags", object{"name": name}, object{"account": one("accounts", a.id)}))
	if err != nil || got.data.ID == "" && !refused(got) {
		a.lostTags = append(a.lostTags, name)
	}
	if err != nil {
		return "", err
	}
	a.see(row, "%d", got.status)
	if got.data.ID != "" {
		a.tags[got.data.ID] = name
	}
	return got.data.ID, nil
}

func listed(items []string, none, before string) string {
	if len(items) == 0 {
		return none
	}
	return before + strings.Join(sorted(items), ", ")
}

func count(v any) string {
	if n, ok := v.(float64); ok {
		return strconv.Itoa(int(n))
	}
	return fmt.Sprint(v)
}
