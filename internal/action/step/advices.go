package step

import (
	"scalr-run-action/internal/bundle"
	"scalr-run-action/internal/result"
)

// advice describes one error code.
type advice struct {
	result result.Result // result of the step; "" if the code does not determine it
	cause  string        // meaning of the code, for docs/errors.md
	do     string        // what the user should do
	input  string        // input to which the error refers
}

// advices describes each error code. It is the only source of advice to users.
var advices = map[Code]advice{
	CodeInputInvalid: {result.Invalid, "one or more inputs are invalid; the message names each of them",
		"Correct the inputs that the message names.", ""},
	CodeProxyInvalid: {result.Invalid, "a proxy variable of the runner is not a valid address",
		"Set HTTPS_PROXY or HTTP_PROXY of the runner to an address such as `http://host:port`.", ""},
	CodeCAFileMissing: {result.Invalid, "`SSL_CERT_FILE` or `SSL_CERT_DIR` names a path that does not exist in the container",
		"Put the file below the checkout or in `RUNNER_TEMP`, and name it by its path in the container: " +
			"`/github/workspace/…` or `/github/runner_temp/…`.", ""},
	Code(bundle.PathMissing): {result.Invalid, "`path` is not in the checkout",
		"Set `path` relative to the root of the repository; outside GitHub Actions, to the working directory. On GitHub Actions, check that " +
			"actions/checkout runs before this step.", "path"},
	Code(bundle.PathOutside): {result.Invalid, "`path` contains a link that leads outside the checkout; any other path outside it is `input-invalid`",
		"Set `path` to a directory in the repository.", "path"},
	Code(bundle.PathUnsuitable): {result.Invalid, "`path` is neither a directory nor a gzipped archive",
		"Set `path` to a directory or to a .tar.gz archive.", "path"},
	Code(bundle.LinkOutside): {result.Invalid, "a link points outside the checkout, where secrets of the runner may be",
		"Remove the link from the repository, or exclude it in `.terraformignore`.", "path"},
	Code(bundle.LinksMultiply): {result.Invalid, "links would make the archive more than ten times as large as the checkout",
		"Set `path` to a directory that contains the targets too, so that links stay links, or exclude the links in " +
			"`.terraformignore`.", "path"},
	Code(bundle.LinkCycle): {result.Invalid, "links form a cycle through a directory outside `path`, or the target of a link has too many path components",
		"Remove the link from the repository, or exclude it in `.terraformignore`.", "path"},
	Code(bundle.IgnoreUnusable): {result.Invalid, "`.terraformignore` exists but cannot be read, or has too many rules or wildcards",
		"Make it a plain, readable file of at most 1 MiB, with at most 100,000 rules and about 1,000 patterns with wildcards " +
			"other than `*.ext` and `name*`.", "path"},
	Code(bundle.NothingToSend): {result.Invalid, "`path` contains nothing to upload",
		"Check `path` and `.terraformignore`. On GitHub Actions, check that actions/checkout runs before this step.", "path"},
	Code(bundle.NoTerraform): {result.Invalid, "`path` contains no Terraform files",
		"Check `path`: it must contain the configuration, directly or in a subdirectory.", "path"},
	Code(bundle.Unreadable): {result.Invalid, "a file cannot be read",
		"Make it readable, or exclude it in `.terraformignore`.", "path"},
	Code(bundle.Changed): {result.Invalid, "a file changed while it was packed",
		"Make sure that no other process writes to `path` while this step runs.", "path"},
	Code(bundle.ArchiveDamaged): {result.Invalid, "the archive is damaged",
		"Rebuild it as one complete .tar.gz without trailing data.", "path"},
	Code(bundle.ArchiveUnsafe): {result.Invalid, "the archive contains a name or a link that points outside it, or more directories than can be checked",
		"Build the archive with relative names only, of at most 4,096 bytes each.", "path"},
	Code(bundle.NoRoom): {result.Invalid, "there is not enough disk space for the archive",
		"Free disk space on the runner, or exclude unneeded files in `.terraformignore`.", "path"},
	CodeTokenRejected: {result.Refused, "Scalr does not accept the token",
		"Create a new token in Scalr (account settings, service accounts, access tokens) and use it for `token` or " +
			"SCALR_TOKEN. Check that `base-url` is the account of the token.", "token"},
	CodeSignInRefused: {result.Refused, "Scalr does not allow this job to sign in as the service account",
		"Compare the claims above with the account's assume policy in Scalr: provider, audience and every condition must " +
			"match. Conditions on `repository_id` and `environment` are better than one on `sub`: since July 15, 2026 GitHub writes " +
			"ids into the `sub` of repositories that are created, renamed or transferred.", "service-account"},
	CodeIDTokenUnavailable: {result.Invalid, "GitHub provides no OIDC token for this job, and the check of the inputs (`input-invalid`) did not detect it",
		"Add `permissions: id-token: write` to the job. Pull requests from forks cannot request one. Outside GitHub, pass the CI " +
			"system's own token in `SCALR_ID_TOKEN`.", "service-account"},
	CodeIDTokenFailed: {result.Unreachable, "the request for an OIDC token failed, although the job has the permission",
		"Re-run the job. If it keeps failing, check `permissions: id-token: write` of the job and of the workflow that calls it.", "service-account"},
	CodeNotAllowed: {result.Refused, "the token is valid but may not do this, or the object does not exist: Scalr may return the same error in both cases",
		"Check that the object exists. If it does, grant the service account a role with the permission and the scope that the " +
			"message names. If it names none, grant the permissions that docs/oidc.md lists for this use.", "token"},
	CodeWorkspaceNotFound: {result.Refused, "the workspace does not exist, or the token cannot read it",
		"Check the workspace's name or id, and that the token may read the workspace (`workspaces:read`).", "workspace"},
	CodeWorkspaceAmbiguous: {result.Refused, "several workspaces have this name, or Scalr does not report their environment",
		"Use `workspace-id` instead of the name.", "workspace"},
	CodeEnvironmentNotFound: {result.Refused, "the environment does not exist, or the token cannot read it",
		"Check the environment's name or id, and that the token may read it (`environments:read`).", "workspace"},
	CodeEnvironmentAmbiguous: {result.Refused, "several environments have this name",
		"Use the environment's id instead of its name. In the environment action, `account-id` also limits the search to one account.", ""},
	CodeTagAmbiguous: {result.Refused, "several tags have this name", "Rename or delete one of them in Scalr.", ""},
	CodePolicyGroupNotFound: {result.Refused, "the policy group does not exist, or the token cannot read it",
		"Check its name or id, and that the token may read policy groups (`policy-groups:read` on the account).", ""},
	CodeAgentPoolNotFound: {result.Refused, "the agent pool does not exist, or the token cannot read it",
		"Check its name or id, and that the token may read agent pools (`agent-pools:read` on the account).", ""},
	CodeProviderNotFound: {result.Refused, "the provider configuration does not exist, or the token cannot read it",
		"Check its name or id, and that the token may read provider configurations (`cloud-credentials:read` on the account).", ""},
	CodeProviderNotShared: {result.Refused, "a default provider configuration must be shared with the environment first, and this step cannot share it",
		"Share the provider configuration with the environment in Scalr (account scope, provider configurations), or grant " +
			"the token `cloud-credentials:update` on the account, which covers provider configurations.", "default-provider-configurations"},
	CodeTagNameInvalid: {result.Refused, "Scalr does not accept the name of a tag, such as one made from a branch name with a `/`",
		"Use only letters, digits, `-`, `_`, `.` and `:` in tag names.", "tags"},
	CodeVersionUnavailable: {result.Refused, "Scalr does not offer this version of Terraform or OpenTofu",
		"Use a version that Scalr lists for the workspace's platform (account scope, software versions), written in full, " +
			"such as `1.9.0`. OpenTofu and Terraform have different versions: see `iac-platform`.", "terraform-version"},
	CodeRunNotFound: {result.Refused, "the run does not exist, or the token cannot read it",
		"Check `run-id`: it is the output `run-id` of the step that created the run. If it is correct, the token needs " +
			"`*:read` on the workspace of the run.", "run-id"},
	CodeWrongRun: {result.Refused, "the run that Scalr created is not the one that was requested; it was stopped if Scalr allowed it",
		"Open the run in Scalr and make sure that it has finished. Scalr does not accept `auto-apply: true` where the state " +
			"comes from an open pull request: use `auto-apply: false` there. Report any other difference to Scalr.", ""},
	CodeWrongWorkspace: {result.Refused, "the run of `run-id` does not belong to the workspace that `workspace` or `workspace-id` names",
		"Check `run-id` and the workspace: both must be those of the step that created the run.", "run-id"},
	CodeWrongConfiguration: {result.Refused, "the run of `run-id` does not belong to the configuration version in `expected-configuration-version-id`",
		"Check both: they are outputs of the step that created the run. If they are correct, the run is not the reviewed " +
			"one.", "expected-configuration-version-id"},
	CodeRunNotExpected: {result.Refused, "the run is a destroy run and `destroy: true` is not set, or the reverse",
		"Open the run in Scalr. To continue a destroy run, write `destroy: true`; for any other run, remove it.", "destroy"},
	CodeWorkspaceVCSDriven: {result.Refused, "the workspace takes its configuration from a repository, so nothing can be uploaded to it",
		"Use a workspace without a VCS connection, or start the run from the repository.", "workspace"},
	CodeWorkspaceModuleDriven: {result.Refused, "the workspace uses a module from the registry, so nothing can be uploaded to it",
		"Use a workspace without a module.", "workspace"},
	CodeWorkspaceLocal: {result.Refused, "the workspace's execution mode is local: Scalr stores its state and does not run Terraform",
		"Set the execution mode of the workspace to remote.", "workspace"},
	CodeWorkspaceLocked: {result.Refused, "a person, or a run that has finished, has locked the workspace",
		"Unlock the workspace in Scalr, or ask the owner of the lock to do so; with `wait-for-lock` the step waits. If " +
			"a finished run holds the lock, you can also set `force-latest-run` of the workspace. Dry runs are not affected.", "workspace"},
	CodeEnvironmentLocked: {result.Refused, "the environment is locked: Scalr does not start runs in it",
		"Unlock the environment in Scalr, or ask its owner to do so.", "workspace"},
	CodeCostEstimationOff: {result.Refused, "`fail-on` has `cost-increase`, but the environment has cost estimation off",
		"Turn on cost estimation for the environment (its setting `cost-estimation-enabled`), or remove `cost-increase` from " +
			"`fail-on`.", "fail-on"},
	CodeWorkingDirectoryMissing: {result.Refused, "the workspace's working directory is not in `path`",
		"Set `path` to the directory that contains the workspace's working directory, often the root of the repository, or " +
			"change the working directory in Scalr.", "path"},
	CodeWorkingDirectoryEmpty: {result.Refused, "the workspace's working directory has no Terraform files in `path`",
		"Check `path`, `.terraformignore` and the working directory in Scalr.", "path"},
	CodeLinksUnknown: {result.Refused, "Scalr does not report which environments a provider configuration is linked to, so a change could remove links",
		"Grant the token permission to read the account's environments, or link the provider configuration in Scalr.", "provider-configurations"},
	CodeDirectoriesMissing: {result.Invalid, "no selected workspace has its directory in the checkout, or the checkout is sparse and a directory is not in it",
		"Check that actions/checkout runs before this step. Check `directories` and the filters: a pattern such as " +
			"`infra/{environment}/{workspace}` must match the directory of each workspace.", "directories"},
	CodeDirectoryMismatch: {result.Invalid, "the directory of a workspace does not end in the workspace's working directory in Scalr",
		"Set `directories` to where Terraform runs, such as `infra/{environment}/{workspace}/terraform` for the working " +
			"directory `terraform`, or change the working directory in Scalr.", "directories"},
	CodeTooManyAffected: {result.Rejected, "more workspaces are affected than `max-affected` allows, or than a GitHub matrix can have jobs",
		"Check which files the change contains. If it is intended, raise `max-affected`.", "max-affected"},
	CodeChangeUnknown: {result.Rejected, "the change cannot be determined, and `when-unknown` is `fail`",
		"See the reason above. Set `base` to a commit to compare with, or `when-unknown: everything` to list all workspaces.", "when-unknown"},
	CodeConflict: {result.Refused, "Scalr refused the request because of another operation",
		"See Scalr's message above. Re-run the job when that operation has finished.", ""},
	CodeRequestRefused: {result.Refused, "Scalr rejected the request",
		"See Scalr's message above and correct the request. If a quota is exceeded, delete unused objects or ask Scalr " +
			"to raise the quota.", ""},
	CodeUploadRefused: {result.Refused, "object storage rejected the upload",
		"Re-run the job. If it keeps failing, ask the owner of the account's storage profile.", ""},
	CodeUploadExpired: {result.Refused, "object storage rejected three upload addresses in a row",
		"Check the clock of the runner; if it is right, ask the owner of the account's storage profile.", ""},
	CodeUploadTooLarge: {result.Refused, "the archive is larger than object storage accepts",
		"Exclude unneeded files in `.terraformignore`. The largest directories and files are listed above.", "path"},
	CodeConfigurationErrored: {result.Refused, "Scalr could not process the upload",
		"See Scalr's message above. `mode: check` shows what is uploaded.", "path"},
	CodeConfigurationPending: {result.Unreachable, "Scalr did not process the upload in time",
		"Re-run the job; no run was created.", ""},
	CodeRedirected: {result.Refused, "`base-url` redirects to another address; the token is not forwarded",
		"If the address in the message is your Scalr account, set `base-url` to it. Otherwise a sign-in page or proxy is in front of " +
			"Scalr: do not send the token there.", "base-url"},
	CodeRunNotWaiting: {result.Refused, "the run's status does not allow this action",
		"Open the run in Scalr. `mode: watch` waits until the run is final or needs a person.", "run-id"},
	CodeOutputsUnwritable: {result.Unreachable, "the file for the step's outputs cannot be written",
		"Free disk space on the runner, or make the file that GITHUB_OUTPUT (elsewhere SCALR_OUTPUT_FILE) names writable for the " +
			"container. A link that points outside the checkout is not followed.", ""},
	CodeOutputTooLarge: {result.Refused, "an output exceeds GitHub's limit of 1 MiB",
		"Narrow the list, for example with a filter.", ""},
	CodeCheckFailed: {result.Refused, "`mode: check` found problems that would block a run",
		"Fix each problem listed above.", ""},
	CodeInUse: {result.Refused, "the object to delete is in use or protected",
		"Remove what the message names: destroy resources by a run with `destroy: true` and `dry-run: false`, wait for runs to finish, unlock the " +
			"workspace, or delete the environment's workspaces. If the check could not be made, grant the token `workspaces:read` on the account.", ""},
	CodeHostUnknown: {result.Unreachable, "the host of `base-url` does not exist",
		"Check the spelling of `base-url`.", "base-url"},
	CodeUnreachable: {result.Unreachable, "the connection to Scalr failed",
		"Check `base-url`, and that the runner may reach the host: firewalls, and the account's list of allowed addresses.", "base-url"},
	CodeCertificateNotTrusted: {result.Unreachable, "the certificate of the host is not trusted, expired, or for another name",
		"If you use a private certificate authority, put its certificate into a directory of the checkout and set " +
			"`SSL_CERT_DIR` to it (see \"Private certificates\" in docs/runners.md). If the dates look right, check the runner's clock. " +
			"If the certificate is for another name, check `base-url`.", "base-url"},
	CodeNotTLS: {result.Unreachable, "the host does not use TLS",
		"Check the port in `base-url`, and that no proxy intercepts the connection.", "base-url"},
	CodeTLSTooOld: {result.Unreachable, "the host supports only old versions of TLS",
		"This action needs TLS 1.2 or newer: upgrade the TLS proxy in front of Scalr.", "base-url"},
	CodeProxyUnreachable: {result.Unreachable, "the proxy of the runner cannot be reached",
		"Check HTTPS_PROXY of the runner, and the proxy.", ""},
	CodeProxyRefused: {result.Unreachable, "the proxy of the runner refused the connection",
		"Check the user and password in HTTPS_PROXY, and what the proxy allows.", ""},
	CodeAddressRefused: {result.Unreachable,
		"an address is not https, or points to the runner itself, to a link-local address or to a cloud's metadata service",
		"Check the storage profile of the account: its addresses must be reachable by https from the runner. If the message names the host of " +
			"`base-url`, check which address it resolves to.", ""},
	CodeRateLimited: {result.Unreachable, "Scalr's rate limit was exceeded and not reset in time",
		"Run fewer jobs at a time (`max-parallel`, `concurrency`), and re-run this one.", ""},
	CodeNotScalr: {result.Unreachable, "the response is a web page instead of a response of Scalr's API",
		"Check that `base-url` is a Scalr account, such as https://acme.scalr.io, and that no sign-in page or proxy is in " +
			"front of it.", "base-url"},
	CodeNoUsableAnswer: {result.Unreachable, "Scalr sent no valid response before the retries ran out",
		"Check whether Scalr has an outage, and re-run the job.", ""},
	CodeRunUnknown: {result.Unreachable, "the response to the creation of the run was lost, and the run was not found",
		"Check the workspace in Scalr before you re-run the job: the run may exist.", ""},
	CodeRunErrored: {result.Errored, "the run failed",
		"Fix the error; the run's page in Scalr has the complete log.", ""},
	CodePolicyFailed: {result.PolicyFailed, "a hard-mandatory policy failed",
		"Change the configuration so that it meets the policies that are named, or ask their owners.", ""},
	CodeRunDiscarded: {result.Discarded, "the run was discarded in Scalr",
		"Ask the person who discarded it. Re-run the job for a new plan.", ""},
	CodeRunCanceled: {result.Canceled, "the run was canceled in Scalr",
		"Ask the person who canceled it; re-run the job for a new run.", ""},
	CodeGateHit: {result.Rejected, "the plan meets a condition of `fail-on`, or may meet it",
		"Review the plan. If the change is intended, remove the condition from `fail-on` for this run. If a value is " +
			"unknown, check in Scalr whether the plan and the cost estimate are complete, and start a new run.", "fail-on"},
	CodeWorkspacesFailed: {result.Rejected, "in the overview, the runs of some workspaces failed, or need an override",
		"Fix the errors in the summary; each run's page in Scalr has the complete log.", ""},
	CodeRunsMissing: {result.Rejected, "in the overview, some workspaces have no finished run of this workflow run: their jobs failed before the run, were " +
		"canceled, or did not wait; or the workspace does not exist; or the run was not found among the newest ones",
		"Check the name of the workspace, read the log of its job, and re-run the failed jobs. The token needs permission to read the workspaces and " +
			"their runs (`workspaces:read`, `runs:read`), and the message of each run must contain the address of the workflow " +
			"run, as the run action writes it.", ""},
	CodeJobFailed: {result.Rejected, "a job that the overview needs failed, was canceled, or was skipped although there are workspaces",
		"Read the log of the job named above, and re-run the failed jobs. If it was skipped, check its `if:` and the jobs that it needs.", "needs"},
	CodeTooLate: {result.Discarded + ", " + result.Canceled, "the run was applied before it could be stopped",
		"To revert it, apply an older configuration.", "run-id"},
	CodeUnknownStatus: {result.Errored, "the run stays in a status that this version of the action does not support",
		"Open the run in Scalr, and update this action.", ""},
	CodeOverrideNeeded: {result.NeedsOverride, "a soft-mandatory policy failed and the run waits for an override",
		"Ask a person with the permission `policy-checks:override` to review the failed policies, in Scalr or in a step with `mode: override`.", ""},
	CodeTimedOut: {result.TimedOut, "the step took longer than `timeout`",
		"Set a longer `timeout`, or check the log for the reason of the delay.", "timeout"},
	CodeInternalError: {"", "a bug in this action", "Report it in the repository of this action, with a log recorded with debug logging.", ""},
}
