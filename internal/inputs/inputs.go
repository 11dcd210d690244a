// Package inputs reads and checks what a workflow passes in `with:`.
//
// Three rules hold throughout. A value is trimmed of white space around it, and
// an empty one means the default. All problems are found in one go, before
// anything is done. A secret is never quoted: only its length and what kind of
// characters it holds are told.
package inputs

// Source is where inputs come from and what is known about the job that gives them.
type Source struct {
	// Get returns an input as it was given, "" if it was not.
	Get func(name string) string
	// Env returns an environment variable. Asked for are SCALR_TOKEN, SCALR_ID_TOKEN
	// and SCALR_HOSTNAME, which stand in for inputs, and GITHUB_WORKSPACE, since the
	// runner hands a path below the checkout over as an absolute one.
	Env func(name string) string
	// Given holds the names of all INPUT_* variables that are set, with or
	// without that prefix, in any case. It serves to notice misspelt names.
	Given []string
	// Origin says what started the job.
	Origin Origin
}

// Origin holds the facts about a job that decide which secrets it can see.
type Origin struct {
	// OnGitHub is true within a job of GitHub Actions.
	OnGitHub bool
	// Fork is true for a pull request whose head is another repository.
	Fork bool
	// Event is the name of the event that started the job.
	Event string
	// ForkHead is true if the event gives secrets to a job that may check out the head of a fork.
	ForkHead bool
	// HeadUnknown is true with ForkHead where the event does not say where the head is.
	HeadUnknown bool
	// Dependabot is true if Dependabot started the job.
	Dependabot bool
	// HasIDToken is true if the job may ask GitHub for an OIDC token.
	HasIDToken bool
}

// Note is a remark about inputs that are not wrong: one sentence or two, in one line.
type Note struct {
	Text string
	// Warning tells a remark that needs a change from one that only informs.
	Warning bool
}

// Notes are the remarks about one set of inputs.
type Notes []Note
