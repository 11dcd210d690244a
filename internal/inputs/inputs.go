// Package inputs reads and checks the inputs that a workflow passes in `with:`.
//
// Three rules apply to all inputs. White space around a value is removed, and an empty value means the
// default. All problems are reported together, before the action does anything. A secret is never
// quoted; messages only describe its length and the kind of its characters.
package inputs

// Source provides inputs and information about the job.
type Source struct {
	// Get returns the raw value of an input, or "".
	Get func(name string) string
	// Env returns an environment variable: SCALR_TOKEN, SCALR_ID_TOKEN and SCALR_HOSTNAME, which
	// can replace inputs, or GITHUB_WORKSPACE, since the runner passes absolute paths below the
	// checkout.
	Env func(name string) string
	// Given has the names of all INPUT_* variables that are set, with or without that prefix, in
	// any case. It is used to detect misspelled names.
	Given []string
	// Origin describes what started the job.
	Origin Origin
}

// Origin describes what started a job, which decides about its access to secrets.
type Origin struct {
	// OnGitHub is true in a GitHub Actions job.
	OnGitHub bool
	// Fork is true for a pull request whose head is another repository.
	Fork bool
	// Event is the name of the event that started the job.
	Event string
	// ForkHead is true if the job has access to secrets and can check out the head of a fork.
	ForkHead bool
	// HeadUnknown is true, with ForkHead, if the event does not identify the head.
	HeadUnknown bool
	// Dependabot is true if Dependabot started the job.
	Dependabot bool
	// HasIDToken is true if the job can request an OIDC token from GitHub.
	HasIDToken bool
}

// Note is a remark about valid inputs: one or two sentences on one line.
type Note struct {
	Text string
	// Warning is true if the user should change an input.
	Warning bool
}

// Notes are the remarks about one set of inputs.
type Notes []Note
