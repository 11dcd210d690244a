package runs_test

// Operations that faults apply to.
const (
	readRun    = "GET /runs/*"
	createRun  = "POST /runs"
	everything = "* /**"
)
