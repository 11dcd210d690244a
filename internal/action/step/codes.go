package step

import (
	"scalr-run-action/internal/bundle"
)

// The values of the output error-code. docs/errors.md is generated from advices,
// which has a row for each of them.
const (
	CodeInputInvalid       = "input-invalid"
	CodeProxyInvalid       = "proxy-invalid"
	CodeCAMissing          = "ca-file-missing"
	CodeTokenRejected      = "token-rejected"
	CodeSignInRefused      = "sign-in-refused"
	CodeIDToken            = "id-token-unavailable"
	CodeIDTokenFailed      = "id-token-failed"
	CodeNotAllowed         = "not-allowed"
	CodeWorkspaceMissing   = "workspace-not-found"
	CodeWorkspaceUnclear   = "workspace-ambiguous"
	CodeEnvironmentGone    = "environment-not-found"
	CodeEnvironmentTwice   = "environment-ambiguous"
	CodeTagTwice           = "tag-ambiguous"
	CodePolicyGroupGone    = "policy-group-not-found"
	CodeProviderGone       = "provider-configuration-not-found"
	CodeProviderNotShared  = "provider-configuration-not-shared"
	CodeTagName            = "tag-name-invalid"
	CodeVersionUnknown     = "terraform-version-unavailable"
	CodeAgentPoolGone      = "agent-pool-not-found"
	CodeRunMissing         = "run-not-found"
	CodeWrongRun           = "wrong-run"
	CodeWrongWorkspace     = "wrong-workspace"
	CodeWrongConfig        = "wrong-configuration"
	CodeNotExpected        = "run-not-expected"
	CodeWorkspaceVCS       = "workspace-vcs-driven"
	CodeWorkspaceModule    = "workspace-module-driven"
	CodeWorkspaceLocal     = "workspace-local"
	CodeWorkspaceLocked    = "workspace-locked"
	CodeEnvironmentLock    = "environment-locked"
	CodeCostOff            = "cost-estimation-off"
	CodeDirectoryMissing   = "working-directory-missing"
	CodeDirectoryEmpty     = "working-directory-empty"
	CodeDirectoriesMissing = "directories-missing"
	CodeDirectoryMismatch  = "directory-mismatch"
	CodeTooManyAffected    = "too-many-affected"
	CodeChangeUnknown      = "change-unknown"
	CodeConflict           = "conflict"
	CodeLinksUnknown       = "links-unknown"
	CodeRequestRefused     = "request-refused"
	CodeUploadRefused      = "upload-refused"
	CodeUploadExpired      = "upload-expired"
	CodeUploadTooLarge     = "upload-too-large"
	CodeConfiguration      = "configuration-errored"
	CodePending            = "configuration-pending"
	CodeRedirected         = "redirected"
	CodeNotWaiting         = "run-not-waiting"
	CodeOutputs            = "outputs-unwritable"
	CodeOutputTooLarge     = "output-too-large"
	CodeCheckFailed        = "check-failed"
	CodeInUse              = "in-use"
	CodeHostUnknown        = "host-unknown"
	CodeUnreachable        = "unreachable"
	CodeCertificate        = "certificate-not-trusted"
	CodeNotTLS             = "not-tls"
	CodeOldTLS             = "tls-too-old"
	CodeProxyDown          = "proxy-unreachable"
	CodeProxyRefused       = "proxy-refused"
	CodeAddressRefused     = "address-refused"
	CodeRateLimited        = "rate-limited"
	CodeNotScalr           = "not-scalr"
	CodeNoAnswer           = "no-usable-answer"
	CodeRunUnknown         = "run-unknown"
	CodeRunErrored         = "run-errored"
	CodePolicyFailed       = "policy-failed"
	CodeRunDiscarded       = "run-discarded"
	CodeRunCanceled        = "run-canceled"
	CodeGateHit            = "gate-hit"
	CodeTooLate            = "too-late"
	CodeUnknownStatus      = "unknown-status"
	CodeOverrideNeeded     = "override-needed"
	CodeTimedOut           = "timed-out"
	CodeInternal           = "internal-error"
)

// advice is what can be said to a user about one code.
type advice struct {
	result string // of the step, where the code decides it
	cause  string // for the table: what it means
	do     string // what to do about it
	input  string // the input that it points to
}

// advices says for each code what it means and what to do. It is the only place
// that gives advice.
var advices = map[string]advice{
	CodeInputInvalid:              {"invalid", "an input cannot be used; the message names each of them", "Correct the inputs that are named.", ""},
	CodeProxyInvalid:              {"invalid", "a proxy variable of the runner is not a valid address", "Correct HTTPS_PROXY or HTTP_PROXY where the runner is set up: `http://host:port`.", ""},
	CodeCAMissing:                 {"invalid", "`SSL_CERT_FILE` or `SSL_CERT_DIR` names something that the container does not have", "Put the file below the checkout or in `RUNNER_TEMP`, and name it by its path in the container: `/github/workspace/…` or `/github/runner_temp/…`.", ""},
	string(bundle.PathMissing):    {"invalid", "`path` is not in the checkout", "Did actions/checkout run before this step? Give `path` relative to the repository.", "path"},
	string(bundle.PathOutside):    {"invalid", "`path` leads out of the checkout", "Give a `path` inside the repository.", "path"},
	string(bundle.PathUnsuitable): {"invalid", "`path` is neither a directory nor a gzipped archive", "Give a directory, or a ready .tar.gz.", "path"},
	string(bundle.LinkOutside):    {"invalid", "a link leads out of the checkout, where secrets of the runner lie", "Remove the link from the repository, or exclude it in `.terraformignore`.", "path"},
	string(bundle.LinksMultiply):  {"invalid", "links bring more than ten times the content of the checkout into the archive", "Let `path` name a directory that contains the targets too, so that links stay links, or exclude the links in `.terraformignore`.", "path"},
	string(bundle.LinkCycle):      {"invalid", "a link leads back to itself by way of a directory outside `path`, or through too many path components", "Remove the link from the repository, or exclude it in `.terraformignore`.", "path"},
	string(bundle.IgnoreUnusable): {"invalid", "`.terraformignore` exists but cannot be read, or has too many rules or wildcards", "Make it a plain, readable file of at most 1 MiB, with at most 100,000 rules and about 1,000 patterns with wildcards other than `*.ext` and `name*`.", "path"},
	string(bundle.NothingToSend):  {"invalid", "there is nothing to send", "Did actions/checkout run before this step? Check `path` and `.terraformignore`.", "path"},
	string(bundle.NoTerraform):    {"invalid", "there are no Terraform files", "Check `path`: it must hold the configuration, in it or below it.", "path"},
	string(bundle.Unreadable):     {"invalid", "a file cannot be read", "Make it readable, or exclude it in `.terraformignore`.", "path"},
	string(bundle.Changed):        {"invalid", "a file changed while it was packed", "Make sure that no other process writes to `path` while this step runs.", "path"},
	string(bundle.ArchiveDamaged): {"invalid", "the ready archive is damaged", "Rebuild it as one complete .tar.gz without trailing data.", "path"},
	string(bundle.ArchiveUnsafe):  {"invalid", "the ready archive contains a name or a link that leads out of it, or more directories than can be checked", "Build the archive with relative names only, of at most 4,096 bytes each.", "path"},
	string(bundle.NoRoom):         {"invalid", "there is not enough disk space for the archive", "Free disk space on the runner, or exclude what Terraform does not need in `.terraformignore`.", "path"},
	CodeTokenRejected:             {"refused", "Scalr does not accept the token", "Create a new token in Scalr (account settings, service accounts, access tokens) and store it in the secret that `token` reads. Check that `base-url` is the account the token is from.", "token"},
	CodeSignInRefused:             {"refused", "Scalr does not let this job sign in as the service account", "Compare the claims above with the account's assume policy in Scalr: provider, audience and every condition must fit. Conditions on `repository_id` and `environment` are better than one on `sub`: since 15 July 2026 GitHub writes ids into the `sub` of repositories that are created, renamed or transferred.", "service-account"},
	CodeIDToken:                   {"invalid", "GitHub gives this job no OIDC token", "Add `permissions: id-token: write` to the job. Pull requests from forks never get one. Outside GitHub, pass the CI system's own by `SCALR_ID_TOKEN`.", "service-account"},
	CodeIDTokenFailed:             {"unreachable", "GitHub gave this job no OIDC token although it may have one", "Re-run the job. If it keeps failing, check `permissions: id-token: write` of the job and of the workflow that calls it.", "service-account"},
	CodeNotAllowed:                {"refused", "the token is valid but may not do this, or the object does not exist: Scalr may answer both alike", "Check that the object named exists. If it does, give the service account a role with the permission that is named, granted at the scope that is named (docs/oidc.md lists them). Where none is named, try `*:read`, and for changes `*:create` and `*:update`, on the account.", "token"},
	CodeWorkspaceMissing:          {"refused", "there is no such workspace, or the token may not see it", "Check the workspace's name or id, and that the token may read the workspace (`workspaces:read`).", "workspace"},
	CodeWorkspaceUnclear:          {"refused", "several workspaces have this name, or Scalr does not report their environment", "Give `workspace-id` in place of the name.", "workspace"},
	CodeEnvironmentGone:           {"refused", "there is no such environment, or the token may not see it", "Check the environment's name or id, and that the token may read it (`environments:read`).", "workspace"},
	CodeEnvironmentTwice:          {"refused", "several environments have this name", "Give `environment-id` in place of `name`, or `account-id` with it.", ""},
	CodeTagTwice:                  {"refused", "several tags have this name", "Rename or delete one of them in Scalr.", ""},
	CodePolicyGroupGone:           {"refused", "there is no such policy group, or the token may not see it", "Check its name or id, and that the token may read policy groups (`policy-groups:read` on the account).", ""},
	CodeAgentPoolGone:             {"refused", "there is no such agent pool, or the token may not see it", "Check its name or id, and that the token may read agent pools (`agent-pools:read` on the account).", ""},
	CodeProviderGone:              {"refused", "there is no such provider configuration, or the token may not see it", "Check its name or id, and that the token may read provider configurations (`cloud-credentials:read` on the account).", ""},
	CodeProviderNotShared:         {"refused", "a default provider configuration must be shared with the environment first, and this step cannot share it", "Share the provider configuration with the environment in Scalr (account scope, provider configurations), or give the token `cloud-credentials:update` on the account, which covers provider configurations.", "default-provider-configurations"},
	CodeTagName:                   {"refused", "Scalr does not accept the name of a tag, such as one made of a branch name with a `/`", "Use only letters, digits, `-`, `_`, `.` and `:` in tag names.", "tags"},
	CodeVersionUnknown:            {"refused", "Scalr does not offer this version of Terraform or OpenTofu", "Use a version that Scalr lists for the workspace's platform (account scope, software versions), written in full, such as `1.9.0`. OpenTofu has other versions than Terraform: see `iac-platform`.", "terraform-version"},
	CodeRunMissing:                {"refused", "there is no such run, or the token may not see it", "Check `run-id`: it is the output `run-id` of the step that made the run. If it is right, the token needs `*:read` on the workspace of the run.", "run-id"},
	CodeWrongRun:                  {"refused", "the run that Scalr created is not the one that was requested; it was stopped if Scalr let it be", "Look at the run in Scalr and make sure that it has ended. Scalr does not accept `auto-apply: true` where the state comes from an open pull request: use `auto-apply: false` there. Report any other difference to Scalr.", ""},
	CodeWrongWorkspace:            {"refused", "the run of `run-id` is not of the workspace that `workspace` or `workspace-id` names", "Check `run-id` and the workspace: both must be those of the step that created the run.", "run-id"},
	CodeWrongConfig:               {"refused", "the run of `run-id` is not of the configuration version in `expected-configuration-version-id`", "Check both: they are outputs of the step that created the run. If they are right, the run is not the one that was reviewed.", "expected-configuration-version-id"},
	CodeNotExpected:               {"refused", "the run is a destroy run and `destroy: true` is not given, or the other way round", "Look at the run in Scalr. To let a destroy run go on, write `destroy: true`; for any other run, remove it.", "destroy"},
	CodeWorkspaceVCS:              {"refused", "the workspace takes its configuration from a repository, so nothing can be uploaded to it", "Use a workspace without a VCS connection, or start the run from the repository.", "workspace"},
	CodeWorkspaceModule:           {"refused", "the workspace is driven by a module of the registry, so nothing can be uploaded to it", "Use a workspace without a module.", "workspace"},
	CodeWorkspaceLocal:            {"refused", "the workspace's execution mode is local: Scalr stores its state and runs nothing", "Set the execution mode of the workspace to remote.", "workspace"},
	CodeWorkspaceLocked:           {"refused", "a person, or a run that has finished, has locked the workspace", "Unlock the workspace in Scalr, or ask the person named to do so; `wait-for-lock` lets the step wait for that. If the lock is of a finished run, setting `force-latest-run` of the workspace helps too. A dry run is possible meanwhile.", "workspace"},
	CodeEnvironmentLock:           {"refused", "the environment is locked: no run in it is started", "Ask for the environment to be unlocked.", "workspace"},
	CodeCostOff:                   {"refused", "`fail-on` has `cost-increase`, but the environment has cost estimation off", "Turn on cost estimation for the environment (its setting `cost-estimation-enabled`), or remove `cost-increase` from `fail-on`.", "fail-on"},
	CodeDirectoryMissing:          {"refused", "the workspace's working directory is not in what `path` names", "Let `path` name the directory that holds the workspace's working directory, often the root of the repository, or change the working directory in Scalr.", "path"},
	CodeDirectoryEmpty:            {"refused", "the workspace's working directory has no Terraform files in what `path` names", "Check `path`, `.terraformignore` and the working directory in Scalr.", "path"},
	CodeLinksUnknown:              {"refused", "Scalr does not report which environments a provider configuration is linked to, so a change could remove links", "Give the token the right to read the account's environments, or link the provider configuration in Scalr.", "provider-configurations"},
	CodeDirectoriesMissing:        {"invalid", "no workspace to consider has its directory in the checkout", "Did actions/checkout run before this step? Check `directories` and the filters: a pattern such as `infra/{environment}/{workspace}` must lead to each workspace's configuration.", "directories"},
	CodeDirectoryMismatch:         {"invalid", "the directory of a workspace does not end in the workspace's working directory in Scalr", "Let `directories` name where Terraform runs, such as `infra/{environment}/{workspace}/terraform` for the working directory `terraform`, or change the working directory in Scalr.", "directories"},
	CodeTooManyAffected:           {"rejected", "more workspaces are affected than `max-affected` allows, or than a matrix of GitHub can have jobs", "Check what the change touches. If it is meant, raise `max-affected`.", "max-affected"},
	CodeChangeUnknown:             {"rejected", "it is unknown what changed, and `when-unknown` is `fail`", "See the reason above. `base` can name what to compare with; `when-unknown: everything` lists all workspaces.", "when-unknown"},
	CodeConflict:                  {"refused", "Scalr refuses because of another operation", "See Scalr's message above. Re-run the job when that operation has finished.", ""},
	CodeRequestRefused:            {"refused", "Scalr rejected the request", "See Scalr's message above and correct what it names. If they name a quota, delete what is not needed or ask Scalr to raise it.", ""},
	CodeUploadRefused:             {"refused", "object storage rejected the upload", "Re-run the job. If it keeps failing, ask the owner of the account's storage profile.", ""},
	CodeUploadExpired:             {"refused", "object storage rejected three upload addresses in a row", "Check the clock of the runner; if it is right, ask the owner of the account's storage profile.", ""},
	CodeUploadTooLarge:            {"refused", "the archive is larger than object storage accepts", "Exclude what Terraform does not need in `.terraformignore`. The biggest directories and files are named above.", "path"},
	CodeConfiguration:             {"refused", "Scalr could not process the upload", "See Scalr's message above. `mode: check` shows what is uploaded.", "path"},
	CodePending:                   {"unreachable", "Scalr did not process the upload in time", "Re-run the job; no run was created.", ""},
	CodeRedirected:                {"refused", "`base-url` redirects to another address; the token is not forwarded", "Use the address that is named as `base-url`.", "base-url"},
	CodeNotWaiting:                {"refused", "the run is not in a state in which this can be done", "Look at the run in Scalr. `mode: watch` waits until the run is final or needs a person.", "run-id"},
	CodeOutputs:                   {"unreachable", "the file for the step's outputs cannot be written", "Free the runner's disk, or make the file that GITHUB_OUTPUT (elsewhere SCALR_OUTPUT_FILE) names writable for the container. A link that leads out of the checkout is not followed.", ""},
	CodeOutputTooLarge:            {"refused", "an output exceeds GitHub's limit of 1 MiB", "Narrow the list, for example with a filter.", ""},
	CodeCheckFailed:               {"refused", "`mode: check` found problems that would stop a run", "Fix each problem listed above.", ""},
	CodeInUse:                     {"refused", "the object to delete is in use or protected", "Remove the dependency named above. To destroy resources, start a run with `destroy: true` and `dry-run: false`. Let runs finish. Where something cannot be verified, give the token `workspaces:read` for the whole account. Nothing is deleted by force.", ""},
	CodeHostUnknown:               {"unreachable", "the host of `base-url` does not exist", "Check the spelling of `base-url`.", "base-url"},
	CodeUnreachable:               {"unreachable", "no connection to Scalr could be made", "Check `base-url`, and that the runner may reach the host: firewalls, and the account's list of allowed addresses.", "base-url"},
	CodeCertificate:               {"unreachable", "the certificate of the host is not trusted, expired, or for another name", "For your own certificate authority, put its certificate into a directory of the checkout and name that in `SSL_CERT_DIR` (see \"Private certificates\"). If the dates look right, check the runner's clock.", "base-url"},
	CodeNotTLS:                    {"unreachable", "the host answered, but without TLS", "Check the port in `base-url`, and that no proxy is in between.", "base-url"},
	CodeOldTLS:                    {"unreachable", "the host speaks only old versions of TLS", "This action needs TLS 1.2 or newer: upgrade the TLS proxy in front of Scalr.", "base-url"},
	CodeProxyDown:                 {"unreachable", "the proxy of the runner cannot be reached", "Check HTTPS_PROXY of the runner, and the proxy.", ""},
	CodeProxyRefused:              {"unreachable", "the proxy of the runner refused the connection", "Check the user and password in HTTPS_PROXY, and what the proxy allows.", ""},
	CodeAddressRefused:            {"unreachable", "an address is not https, or points to the runner itself, to a link-local address or to a cloud's metadata service", "Check the storage profile of the account: its addresses must be reachable by https from the runner. If the host of `base-url` is named, check what its name leads to.", ""},
	CodeRateLimited:               {"unreachable", "Scalr's rate limit was exceeded and not reset in time", "Run fewer jobs at a time (`max-parallel`, `concurrency`), and re-run this one.", ""},
	CodeNotScalr:                  {"unreachable", "a web page answered in place of Scalr's API", "Check that `base-url` is a Scalr account, such as https://acme.scalr.io, and that no sign-in page or proxy is in front of it.", "base-url"},
	CodeNoAnswer:                  {"unreachable", "Scalr sent no valid response before the retries ran out", "Check whether Scalr has an outage, and re-run the job.", ""},
	CodeRunUnknown:                {"unreachable", "the response to the creation of the run was lost, and the run was not found", "Check the workspace in Scalr before you re-run the job: the run may exist.", ""},
	CodeRunErrored:                {"errored", "the run failed", "Correct what the error names; the run's page has the whole log.", ""},
	CodePolicyFailed:              {"policy-failed", "a hard policy failed", "Change the configuration so that it meets the policies that are named, or ask their owners.", ""},
	CodeRunDiscarded:              {"discarded", "the run was discarded in Scalr", "Ask the person who discarded it; re-run the job for a new plan.", ""},
	CodeRunCanceled:               {"canceled", "the run was canceled in Scalr", "Ask the person who canceled it; re-run the job for a new run.", ""},
	CodeGateHit:                   {"rejected", "the plan meets a condition of `fail-on`, or that cannot be ruled out", "Review the plan. If the change is intended, remove the condition from `fail-on` for this run. If something is unknown, check in Scalr whether the plan is complete, and start a new run.", "fail-on"},
	CodeTooLate:                   {"discarded, canceled", "the run was applied before it could be stopped", "To undo it, apply an older configuration.", "run-id"},
	CodeUnknownStatus:             {"errored", "the run stopped in a status that this version does not know", "Look at the run in Scalr, and update this action.", ""},
	CodeOverrideNeeded:            {"needs-override", "a soft policy failed and the run waits for an override", "Ask a person with the permission policy-checks:override to review it, in Scalr or in a step with `mode: override`.", ""},
	CodeTimedOut:                  {"timed-out", "the step took longer than `timeout`", "Give a longer `timeout`, or find out what the run waits for.", "timeout"},
	CodeInternal:                  {"", "a bug in this action", "Report it, with the log of a run with debug logging.", ""},
}

// What to do about a lock, by what holds it.
const (
	AdviceLockedByPerson = "Ask the person named to unlock the workspace, or unlock it in Scalr; `wait-for-lock: 15m` lets the step wait for that. " +
		"A dry run is possible meanwhile."
	AdviceLockedByFinished = "No run is at work, so the lock does not end by itself. Unlock the workspace in Scalr, or set its `force-latest-run`, " +
		"which lets a new run take over such a lock. A dry run is possible meanwhile."
	AdviceLockedByHiddenRun = "If that run is at work, a new run waits for it in the queue. " +
		"If it has finished, unlock the workspace in Scalr, or set its `force-latest-run`."
)

// CloudCredentialsRemoved is what to tell users of an input that older pages have.
const CloudCredentialsRemoved = "cloud-credentials is gone from Scalr's API and is not sent. " +
	"Use default-provider-configurations: ids or names of provider configurations, one per line."
