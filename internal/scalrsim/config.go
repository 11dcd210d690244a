package scalrsim

import (
	"maps"
	"time"
)

// The objects of every simulated Scalr. The environment production also contains the workspaces network-edge
// (which a filter for the prefix network also finds), vcs-driven, locked and local.
const (
	AccountID         = "acc-v0acme00000001"
	EnvironmentID     = "env-v0prod00000001"
	EnvironmentName   = "production"
	StagingID         = "env-v0stag00000001"
	WorkspaceID       = "ws-v0netw00000001"
	WorkspaceName     = "network"
	EdgeWorkspaceID   = "ws-v0edge00000001"
	VCSWorkspaceID    = "ws-v0vcsd00000001"
	LockedWorkspaceID = "ws-v0lock00000001"
	LocalWorkspaceID  = "ws-v0locl00000001"

	botID    = "user-v0bot000000001"
	botEmail = "bot@acme.scalr.io"
	adaID    = "user-v0ada000000001"
	adaEmail = "ada@acme.example"
)

// initialTime is the creation time of these objects. It is constant to keep golden files stable.
var initialTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func (s *Server) populate() {
	s.addUser(botID, botEmail, "Bot")
	s.addUser(adaID, adaEmail, "Ada Example")
	s.add("accounts", AccountID, object{"name": "acme", "created-at": stamp(initialTime), "support-access-enabled": true, "allowed-ips": list{}},
		object{"owner": toOne("users", adaID)})
	s.add("service-accounts", "sa-v0deploy0000001", object{"name": "deployer", "email": s.identity().Email, "status": "Active",
		"created-at": stamp(initialTime)}, object{"account": toOne("accounts", AccountID), "created-by": toOne("users", adaID)})
	s.addPermissions()
	s.newEnvironment(EnvironmentID, EnvironmentName, initialTime)
	s.newEnvironment(StagingID, "staging", initialTime)
	s.placeLock(s.newWorkspace(WorkspaceID, EnvironmentID, WorkspaceName, s.scenario.Config.Workspace, initialTime))
	s.newWorkspace(EdgeWorkspaceID, EnvironmentID, WorkspaceName+"-edge", nil, initialTime)
	s.newWorkspace(VCSWorkspaceID, EnvironmentID, "vcs-driven", object{"vcs-repo": object{"identifier": "acme/network", "branch": "main",
		"dry-runs-enabled": true, "ingress-submodules": false, "path": "", "trigger-prefixes": list{}}}, initialTime)
	locked := s.newWorkspace(LockedWorkspaceID, EnvironmentID, "locked", object{"locked": true, "lock-reason": "Database migration until noon"}, initialTime)
	locked.relationships["locked-by"] = toOne("users", adaID)
	s.newWorkspace(LocalWorkspaceID, EnvironmentID, "local", object{"execution-mode": "local"}, initialTime)
}

func (s *Server) addUser(id, email, name string) {
	s.add("users", id, object{"email": email, "username": email, "full-name": name, "status": "Active", "created-at": stamp(initialTime)}, nil)
}

// userID returns the ID of the user with the email address. It creates the user if necessary.
func (s *Server) userID(email string) string {
	if email == "" {
		return ""
	}
	for _, u := range s.kind("users") {
		if u.attributes["email"] == email {
			return u.id
		}
	}
	id := s.id("user")
	s.addUser(id, email, email)
	return id
}

func (s *Server) newEnvironment(id, name string, at time.Time) *resource {
	attributes := object{
		"name": name, "status": "Active", "created-at": stamp(at), "created-by-email": adaEmail, "updated-at": nil, "remote-backend": true,
		"remote-backend-overridable": true, "mask-sensitive-output": true, "is-federated-to-account": false, "locked": false,
		"lock-reason": nil, "favorite": false, "permissions": object{},
	}
	if s.scenario.Config.Old {
		attributes["cost-estimation-enabled"] = true
	}
	return s.add("environments", id, attributes, object{
		"account": toOne("accounts", AccountID), "created-by": toOne("users", adaID), "updated-by": toOne("", ""), "locked-by": toOne("", ""),
		"tags": toMany("tags"), "policy-groups": toMany("policy-groups"), "provider-configurations": toMany("provider-configurations"),
		"default-provider-configurations": toMany("provider-configurations"), "drift-detection-schedules": toMany(""),
		"default-workspace-agent-pool": toOne("", ""), "storage-profile": toOne("", ""),
	})
}

func (s *Server) newWorkspace(id, environment, name string, overrides object, at time.Time) *resource {
	attributes := object{
		"name": name, "auto-apply": false, "auto-queue-runs": "skip_first", "auto-destroy-days": nil, "auto-destroy-status": nil,
		"auto-destroy-time": nil, "apply-schedule": nil, "destroy-schedule": nil, "created-at": stamp(at), "updated-at": nil,
		"updated-by-email": nil, "deletion-protection-enabled": true, "deletion-protection-changed-by-email": nil,
		"environment-type": "unmapped", "execution-mode": "remote", "favorite": false, "force-latest-run": false, "has-resources": false,
		"hooks": nil, "iac-platform": "terraform", "lock-reason": nil, "locked": false, "operations": true, "permissions": object{},
		"remote-backend": true, "remote-state-sharing": false, "run-operation-timeout": nil, "terraform-version": "1.11.4",
		"terragrunt": nil, "var-files": list{}, "vcs-repo": nil, "working-directory": nil,
	}
	maps.Copy(attributes, overrides)
	relationships := object{"environment": toOne("environments", environment), "tags": toMany("tags"), "created-by": toOne("users", adaID)}
	for _, name := range words("agent-pool configuration-version current-run drift-report latest-configuration-version latest-run" +
		" locked-by locked-by-run module module-version readme-id ssh-key updated-by vcs-provider") {
		relationships[name] = toOne("", "")
	}
	return s.add("workspaces", id, attributes, relationships)
}

// AddEnvironment adds an environment with the named tags and returns its ID.
func (s *Server) AddEnvironment(name string, tags ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.newEnvironment(s.id("env"), name, initialTime)
	s.tagByName(e, tags)
	return e.id
}

// AddWorkspace adds a workspace and returns its ID. The attributes in overrides replace the defaults.
func (s *Server) AddWorkspace(environmentID, name string, overrides map[string]any, tags ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := s.newWorkspace(s.id("ws"), environmentID, name, overrides, initialTime)
	s.tagByName(w, tags)
	return w.id
}

// AddTag adds a tag to the account and returns its ID. It accepts names that the API rejects, such as those
// of old tags.
func (s *Server) AddTag(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newTag(name).id
}

// AddPolicyGroup adds a policy group and returns its ID.
func (s *Server) AddPolicyGroup(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add("policy-groups", s.id("pgrp"), object{"name": name, "status": "active", "error-message": nil, "opa-version": "1.0.0",
		"is-enforced": false, "common-functions-folder": nil, "execute-as": "policy_check", "created-at": stamp(initialTime),
		"vcs-repo": object{"identifier": "acme/policies", "branch": "main", "path": ""}},
		object{"account": toOne("accounts", AccountID), "vcs-provider": toOne("vcs-providers", "vcs-v0github000001"),
			"environments": toMany("environments"), "policies": toMany("policies"), "vcs-revision": toOne("", "")}).id
}

// AddProviderConfiguration adds a provider configuration and returns its ID.
func (s *Server) AddProviderConfiguration(name, provider string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add("provider-configurations", s.id("pcfg"), object{"name": name, "provider-name": provider, "status": "active", "is-shared": true,
		"export-shell-variables": false, "error-message": nil, "is-custom": false},
		object{"account": toOne("accounts", AccountID), "environments": toMany("environments"), "owners": toMany("teams"),
			"parameters": toMany("provider-configuration-parameters"), "tags": toMany("tags")}).id
}

// SetOutputs sets the outputs of a workspace.
func (s *Server) SetOutputs(workspaceID string, outputs ...Output) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.outputs[workspaceID] = outputs
}

// SetAttribute sets an attribute of an environment or workspace.
func (s *Server) SetAttribute(id, name string, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.resources {
		if r.id == id {
			r.attributes[name] = value
		}
	}
}
