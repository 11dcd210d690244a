package main

// surroundings are defects in what keeps secrets from other processes, other steps and the logs of libraries.
var surroundings = []mutant{
	{"memory may be dumped", "process/process.go", `	forbidDumps()
`, ``, []string{"process"}},
	{"Go's debug variables count", "process/process.go", `	clearDebugVariables()
`, ``, []string{"process"}},
	{"what libraries log is printed", "process/process.go", `log.SetOutput(io.Discard)`, `log.SetOutput(io.Writer(os.Stderr))`, []string{"process"}},
	{"SIGABRT prints stacks", "process/process_linux.go", `unix.SIGQUIT, unix.SIGABRT,`, `unix.SIGQUIT,`, []string{"process"}},
	{"SIGQUIT is an interrupt", "action/interrupt.go", `case nil, syscall.SIGINT, syscall.SIGHUP:`, `case nil, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT:`, []string{"action"}},
	{"a link in RUNNER_TEMP is followed", "action/tempfile.go", `os.O_RDWR|os.O_CREATE|os.O_EXCL`, `os.O_RDWR|os.O_CREATE|os.O_TRUNC`, []string{"action"}},
	{"a name that cannot be freed is given up", "action/tempfile.go", `next = withSuffix(name)`, `break`, []string{"action"}},
	{"a link in the checkout is followed", "job/appendfile.go", `if !inside {`, `if !inside || rel != "" {`, []string{"job"}},
	{"commands among outputs are no reason to warn", "job/appendfile.go", `!strings.HasPrefix(rest, "\n")`, `false`, []string{"job"}},
	{"the host of the environment is not named", "inputs/access.go", `	r.noteHost(a)
`, ``, []string{"inputs"}},
	{"the path of a signed address is shown", "secret/address.go", `parts := append(wholePath(u.EscapedPath()), wholePath(u.Path)...)`, `var parts []Value`, []string{"secret", "scalr"}},
	{"only known parameters are secret", "secret/address.go", `for name, value := range parameters(u) {
		found`, `for name, value := range parameters(u) {
		if name != "signature" {
			continue
		}
		found`, []string{"secret", "scalr"}},
	{"every word of an address is secret", "secret/address.go", `!isPlain(piece)`, `true`, []string{"secret"}},
	{"an error is cut before it is redacted", "scalr/network.go", `printable(secrets.text(e.Note), mostNote)`, `printable(e.Note, mostNote)`, []string{"scalr"}},
	{"redirects of storage are no secrets", "scalr/upload.go", `			secrets.add(link)
`, ``, []string{"scalr"}},
	{"the runner masks words of addresses", "job/log.go", `!j.OnGitHub() || v.IsWhole()`, `!j.OnGitHub()`, []string{"job"}},
}
