package step

// Code is a value of the output error-code: what went wrong, in a word that does not change.
type Code string

// The values of the output error-code. docs/errors.md is generated from advices,
// which has a row for each of them.
const (
	CodeInputInvalid       Code = "input-invalid"
	CodeProxyInvalid       Code = "proxy-invalid"
	CodeCAMissing          Code = "ca-file-missing"
	CodeTokenRejected      Code = "token-rejected"
	CodeSignInRefused      Code = "sign-in-refused"
	CodeIDToken            Code = "id-token-unavailable"
	CodeIDTokenFailed      Code = "id-token-failed"
	CodeNotAllowed         Code = "not-allowed"
	CodeWorkspaceMissing   Code = "workspace-not-found"
	CodeWorkspaceUnclear   Code = "workspace-ambiguous"
	CodeEnvironmentGone    Code = "environment-not-found"
	CodeEnvironmentTwice   Code = "environment-ambiguous"
	CodeTagTwice           Code = "tag-ambiguous"
	CodePolicyGroupGone    Code = "policy-group-not-found"
	CodeProviderGone       Code = "provider-configuration-not-found"
	CodeProviderNotShared  Code = "provider-configuration-not-shared"
	CodeTagName            Code = "tag-name-invalid"
	CodeVersionUnknown     Code = "terraform-version-unavailable"
	CodeAgentPoolGone      Code = "agent-pool-not-found"
	CodeRunMissing         Code = "run-not-found"
	CodeWrongRun           Code = "wrong-run"
	CodeWrongWorkspace     Code = "wrong-workspace"
	CodeWrongConfig        Code = "wrong-configuration"
	CodeNotExpected        Code = "run-not-expected"
	CodeWorkspaceVCS       Code = "workspace-vcs-driven"
	CodeWorkspaceModule    Code = "workspace-module-driven"
	CodeWorkspaceLocal     Code = "workspace-local"
	CodeWorkspaceLocked    Code = "workspace-locked"
	CodeEnvironmentLock    Code = "environment-locked"
	CodeCostOff            Code = "cost-estimation-off"
	CodeDirectoryMissing   Code = "working-directory-missing"
	CodeDirectoryEmpty     Code = "working-directory-empty"
	CodeDirectoriesMissing Code = "directories-missing"
	CodeDirectoryMismatch  Code = "directory-mismatch"
	CodeTooManyAffected    Code = "too-many-affected"
	CodeChangeUnknown      Code = "change-unknown"
	CodeConflict           Code = "conflict"
	CodeLinksUnknown       Code = "links-unknown"
	CodeRequestRefused     Code = "request-refused"
	CodeUploadRefused      Code = "upload-refused"
	CodeUploadExpired      Code = "upload-expired"
	CodeUploadTooLarge     Code = "upload-too-large"
	CodeConfiguration      Code = "configuration-errored"
	CodePending            Code = "configuration-pending"
	CodeRedirected         Code = "redirected"
	CodeNotWaiting         Code = "run-not-waiting"
	CodeOutputs            Code = "outputs-unwritable"
	CodeOutputTooLarge     Code = "output-too-large"
	CodeCheckFailed        Code = "check-failed"
	CodeInUse              Code = "in-use"
	CodeHostUnknown        Code = "host-unknown"
	CodeUnreachable        Code = "unreachable"
	CodeCertificate        Code = "certificate-not-trusted"
	CodeNotTLS             Code = "not-tls"
	CodeOldTLS             Code = "tls-too-old"
	CodeProxyDown          Code = "proxy-unreachable"
	CodeProxyRefused       Code = "proxy-refused"
	CodeAddressRefused     Code = "address-refused"
	CodeRateLimited        Code = "rate-limited"
	CodeNotScalr           Code = "not-scalr"
	CodeNoAnswer           Code = "no-usable-answer"
	CodeRunUnknown         Code = "run-unknown"
	CodeRunErrored         Code = "run-errored"
	CodePolicyFailed       Code = "policy-failed"
	CodeRunDiscarded       Code = "run-discarded"
	CodeRunCanceled        Code = "run-canceled"
	CodeGateHit            Code = "gate-hit"
	CodeRunsFailed         Code = "workspaces-failed"
	CodeRunsMissing        Code = "runs-missing"
	CodeJobFailed          Code = "job-failed"
	CodeTooLate            Code = "too-late"
	CodeUnknownStatus      Code = "unknown-status"
	CodeOverrideNeeded     Code = "override-needed"
	CodeTimedOut           Code = "timed-out"
	CodeInternal           Code = "internal-error"
)

// What to do about a lock, by what holds it.
const (
	AdviceLockedByPerson = "Ask the person named to unlock the workspace, or unlock it in Scalr; `wait-for-lock: 15m` lets the step wait for that. " +
		"Dry runs still work."
	AdviceLockedByFinished = "No run is active, so the lock is not released automatically. Unlock the workspace in Scalr, or set its `force-latest-run`, " +
		"which lets a new run take over such a lock. Dry runs still work."
	AdviceLockedByHiddenRun = "If that run is active, a new run waits for it in the queue. " +
		"If it has finished, unlock the workspace in Scalr, or set its `force-latest-run`."
)

// CloudCredentialsRemoved is the message for users of an input that older pages have.
const CloudCredentialsRemoved = "cloud-credentials was removed from Scalr's API and is ignored. " +
	"Use default-provider-configurations: ids or names of provider configurations, one per line."
