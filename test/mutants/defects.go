package main

// mutants are the defects. Each is one that somebody could make.
var mutants = slicesOf(requests, creations, statuses, signals, words, secrets, surroundings, bundles)

func slicesOf(groups ...[]mutant) (all []mutant) {
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

var both = []string{"scalr", "action"}

// requests are defects in how Scalr is asked.
var requests = []mutant{
	{"a redirect is a good answer", "scalr/door.go", `if res.StatusCode >= 300 {`, `if res.StatusCode >= 400 {`, both},
	{"Retry-After is ignored", "scalr/retry.go", `max(wait, *e.RetryAfter+rand.N(backoffUnit))`, `wait`, both},
	{"Retry-After is not clamped", "scalr/retryafter.go", `wait = min(max(wait, 0), retryAfterMax)`, `wait = max(wait, 0)`, both},
	{"no jitter", "scalr/retry.go", `return rand.N(most)`, `return most`, both},
	{"no budget for repetitions", "scalr/budget.go", `if b.tokens < price {`, `if false {`, both},
	{"certificates are tried again", "scalr/network.go", `case Certificate, NotTLS, OldTLS`, `case NotTLS, OldTLS`, both},
	{"unknown hosts are tried for minutes", "scalr/retry.go", `mostUnknown   = 2 `, `mostUnknown   = 2000 `, both},
	{"a stray page is tried for minutes", "scalr/retry.go", `mostStrays    = 3 `, `mostStrays    = 3000 `, both},
	{"no patience at the start", "scalr/retry.go", `starting  = policy{patience: 120 * time.Second}`, `starting  = policy{patience: 12 * time.Second}`, both},
	{"no patience while following", "scalr/retry.go", `following = policy{patience: 10 * time.Minute,`, `following = policy{patience: time.Minute,`, both},
	{"a lagging 404 ends the step", "scalr/retry.go", `lag: 30 * time.Second, denied: 3}`, `denied: 3}`, both},
	{"a hiccup of 401 ends the step", "scalr/retry.go", `denied: 3}`, `denied: 0}`, both},
	{"larger answers are read", "scalr/door.go", `maxAnswer   = 16 << 20`, `maxAnswer   = 96 << 20`, both},
	{"silence is waited out", "scalr/door.go", `quiet       = 30 * time.Second`, `quiet       = 30 * time.Hour`, both},
	{"the answer for another run is taken", "scalr/runs.go", `if id != "" && r.ID != id {`, `if false {`, both},
	{"any id goes into an address", "scalr/door.go", `if !identifier.MatchString(element) {`, `if false && !identifier.MatchString(element) {`, both},
	{"uploads are tried once", "scalr/retry.go", `uploading = policy{patience: 2 * time.Minute}`, `uploading = policy{}`, both},
	{"an expired link is a refusal", "scalr/storage.go", `e.Cause = ErrLinkExpired`, `e.Cause = nil`, both},
	{"a link may be http", "scalr/links.go", `case u.Scheme != "https":`, `case u.Scheme == "ftp":`, both},
	{"a link may hold credentials", "scalr/links.go", `case u.User != nil:`, `case u.User != nil && u.Host == "":`, both},
	{"a metadata address is dialed", "network/dial.go", `case place.Blocked():`, `case false:`, nil},
	{"a link's name may lead here", "network/dial.go", `case place == ThisMachine && issued:`, `case false:`, nil},
	{"a translated address is judged as it looks", "network/address.go", `place = max(place, placeOf(inner))`, `_ = inner`, nil},
	{"old TLS is spoken", "network/network.go", `tls.VersionTLS12`, `tls.VersionTLS10`, []string{"network", "scalr"}},
}

// creations are defects in how one run is made.
var creations = []mutant{
	{"the creation is retried", "scalr/retry.go", `creating  = policy{patience: 120 * time.Second, once: true, fresh: true}`, `creating  = policy{patience: 120 * time.Second, fresh: true}`, both},
	{"a lost run is not looked for", "scalr/create.go", `found, ok, lookErr := c.awaitRun(ctx, q, window(err))`, `found, ok, lookErr := Run{}, false, error(nil)`, both},
	{"a lost run is looked for once", "scalr/create.go", `found, ok, lookErr := c.awaitRun(ctx, q, window(err))`, `found, ok, lookErr := c.awaitRun(ctx, q, 0*window(err))`, both},
	{"any run is adopted", "scalr/create.go", `if r.ConfigurationID == configurationID {`, `if r.ConfigurationID != "" {`, both},
	{"a second run is not swept", "action/watch.go", `swept, _ := r.client.Sweep(ctx, r.ourRun(), `, `swept, _ := []string(nil), len(`, []string{"action"}},
	{"a twin is not looked for", "action/watch.go", `if r.sweep || r.client.HasTwin(ctx, r.ourRun()) {`, `if r.sweep {`, []string{"action"}},
	{"Scalr may queue a run by itself", "scalr/configuration.go", `"auto-queue-runs": false`, `"auto-queue-runs": true`, both},
	{"the creation ends with the signal", "action/create.go", `learning = 2 * time.Second`, `learning = time.Nanosecond`, []string{"action"}},
	{"no last look after the signal", "action/create.go", `if err != nil && ctx.Err() != nil {`, `if err != nil && false {`, []string{"action"}},
	{"the created run is not compared", "action/create.go", `createdRun(r.asked)`, `nil`, []string{"action"}},
	{"a later look is not compared", "action/watch.go", `return verifyingAPI{r.client, r}`, `return r.client`, []string{"action"}},
	{"what is left out equals the request", "scalr/settings.go", `	case got == nil:
		*d = append(*d, Difference{member, strconv.FormatBool(want), "", true})
`, `	case got == nil:
`, both},
	{"a dry run may apply by itself", "scalr/settings.go", `case q.Dry && applies:`, `case false && applies:`, both},
	{"a wrong run is left to on-cancel", "action/wrongrun.go", `Apply: true, Patient: true}`, `Apply: false, Patient: true}`, []string{"action"}},
	{"runs of another configuration version are swept", "action/watch.go", `ConfigurationID: r.asked.ConfigurationID}`, `ConfigurationID: r.report.Run.ConfigurationID}`, []string{"action"}},
	{"the run of another workspace is acted on", "action/expect.go", `case want.workspace.ID != "" && run.WorkspaceID != want.workspace.ID:`, `case false:`, []string{"action"}},
	{"a destroy run is confirmed unknowingly", "action/expect.go", `case isTrue(is.Destroy) && applies && !want.destroy:`, `case false && applies:`, []string{"action"}},
	{"a run is confirmed by an old look", "action/confirm.go", `look, err := r.look(ctx, run.ID)`, `look, err := run, error(nil)`, []string{"action"}},
	{"the post step stops any run", "action/post.go", `how.Check = r.mayStop`, ``, []string{"action"}},
	{"a gate lets the apply begin", "action/create.go", `no := false`, `no := true`, []string{"action"}},
}

// statuses are defects in what a run is taken for.
var statuses = []mutant{
	{"an unknown status is a success", "action/outcome.go", `return outcome{result: "errored", code: codeUnknownStatus}`, `return outcome{result: "planned"}`, []string{"action"}},
	{"an end is believed at once", "follow/judge.go", `if j.over > 1 {`, `if j.over > 0 {`, []string{"follow", "action"}},
	{"a pause is believed at once", "follow/judge.go", `&& j.same > 1 &&`, `&& j.same > 0 &&`, []string{"follow", "action"}},
	{"an older status counts", "follow/judge.go", `if r.Status.Before(j.furthest) {`, `if false {`, []string{"follow", "action"}},
	{"the ends of logs are not waited for", "follow/follow.go", `		f.drain(ctx)
`, ``, []string{"follow", "action"}},
	{"a log is told from its start each time", "follow/tail.go", `skipped, err := io.CopyN(sum, seen, t.told)`, `skipped, err := io.CopyN(sum, seen, 0*t.told)`, []string{"follow", "action"}},
	{"a log is asked for too soon", "follow/logs.go", `t.leave = time.Now().Add(wished(err))`, `t.leave = time.Now().Add(0 * wished(err))`, []string{"follow", "action"}},
	{"a hard policy is any failure", "action/outcome.go", `	if hardFailed(r) {`, `	if false {`, nil},
	{"a hard policy is no failure of a run that finished", "action/outcome.go", `r.Status != "applied" && hardFailed(r)`, `false`, nil},
	{"override asks no gate", "action/existing.go", `if failures := r.judge(ctx, run, true); len(failures) > 0 {`, `if failures := r.judge(ctx, run, true); len(failures) > 99 {`, []string{"action"}},
	{"confirm asks no gate", "action/confirm.go", `if failures := r.judge(ctx, run, true); len(failures) > 0 {`, `if failures := r.judge(ctx, run, true); len(failures) > 99 {`, []string{"action"}},
	{"an unknown passes a gate", "gate/judge.go", `		case Unknown:`, `		case 99:`, []string{"gate", "action"}},
	{"a doubt is nothing", "gate/effects.go", `if len(doubts) > 0 {`, `if len(doubts) > 99 {`, []string{"gate"}},
	{"a text that breaks off is whole", "tfplan/plantext.go", `t.Complete = t.Documents > 0 && p.ended && !p.errored`, `t.Complete = !p.errored`, []string{"gate"}},
	{"an action that nobody knows is none", "tfplan/resourcechange.go", `return Other, false`, `return noOp, true`, []string{"gate"}},
	{"members may occur twice", "tfplan/planjson.go", `if name != known || slices.Contains(seen, known) {`, `if false {`, []string{"gate"}},
	{"any passage is shown", "tfplan/attributes.go", ` && one.agrees(&c) {`, ` {`, []string{"tfplan"}},
	{"a passage among several is shown", "tfplan/plantext.go", `p.heads[k] != 1`, `p.heads[k] < 1`, []string{"tfplan"}},
	{"what is shown of a plan is not redacted", "tfplan/plan.go", `return plan.redacted(l.redact)`, `return plan`, []string{"tfplan"}},
	{"a long line is cut, then redacted", "tfplan/log.go", `l.long = l.redact.Stream()`, `l.long = new(secret.Redactor).Stream()`, []string{"tfplan"}},
	{"the cost gate rounds", "gate/judge.go", `delta, ok := Amount(e.Delta)`, `delta, ok := Amount(e.Delta[:max(0, len(e.Delta)-1)])`, []string{"gate", "action"}},
	{"publishing knows no timeout", "action/publish.go", `if !s.deadline.IsZero() {`, `if false {`, nil},
	{"a discarded run ends well", "action/outcome.go", `&& !o.asked:`, `&& !o.asked && o.code == "":`, []string{"action"}},
}

// signals are defects in how a step ends.
var signals = []mutant{
	{"cancel in place of discard", "scalr/stop.go", `verbs := []string{"discard", "cancel"}`, `verbs := []string{"cancel", "discard"}`, both},
	{"an apply is interrupted", "scalr/stop.go", `case look.applying() && !s.Apply:`, `case false:`, both},
	{"on-cancel is not looked at", "action/watch.go", `Apply: r.in.OnCancel == inputs.OnCancelStopApply}`, `Apply: true}`, []string{"action"}},
	{"eight seconds of grace", "follow/pace.go", `Grace: 5 * time.Second`, `Grace: 8 * time.Second`, []string{"follow", "action"}},
	{"every stop is in a hurry", "scalr/stop.go", `if s.Patient {`, `if false {`, both},
	{"SIGTERM exits as SIGINT", "action/interrupt.go", `return 143`, `return 130`, []string{"action"}},
	{"a broken log is no signal", "action/interrupt.go", `func (i *interrupts) broken(error) { i.end(interrupted{}) }`, `func (i *interrupts) broken(error) {}`, []string{"action"}},
	{"a blocked log blocks the stop", "action/stdout.go", `const unread = 300 * time.Millisecond`, `const unread = 300 * time.Hour`, []string{"action"}},
	{"the second signal changes nothing", "action/interrupt.go", `if n > 0 {`, `if n > 1 {`, []string{"action"}},
	{"the post step looks once", "action/post.go", `comingTrue = 45 * time.Second`, `comingTrue = 0`, nil},
	{"who lost a run is done", "action/publish.go", `case codeRunUnknown:`, `case "":`, []string{"action"}},
	{"a saved plan is discarded afterwards", "action/post.go", `case run.Stage() == scalr.Saved:`, `case false:`, nil},
	{"a rejected run is left to a signal", "action/gates.go", `case err != nil && ctx.Err() != nil:`, `case false:`, nil},
	{"the post step acts after a good end", "action/post.go", `if left.finished ||`, `if false ||`, []string{"action"}},
	{"the state is kept too late", "action/create.go", `	r.keep(state{configuration: v.ID, workspace: r.report.Workspace.ID, onCancel: r.onCancel()})
`, ``, []string{"action"}},
	{"run-id is given out at the end", "action/create.go", `	r.out.set("run-id", run.ID)
`, `	defer func() { go func() { time.Sleep(time.Minute); r.out.set("run-id", run.ID) }() }()
`, []string{"action"}},
	{"unwritable outputs are no error", "action/publish.go", `if o.exit() == 0 && out.err == nil {`, `if o.exit() == 0 {`, []string{"action"}},
}

// words are defects in what is printed and written.
var words = []mutant{
	{"a fixed delimiter", "job/files.go", `delimiter := "end_" + rand.Text()`, `delimiter := "end_of_value" + rand.Text()[:0]`, []string{"job", "action"}},
	{"values of several lines", "job/files.go", `if strings.ContainsAny(value, "\r\n") || strings.Contains(value, delimiter) {`, `if false {`, []string{"job", "action"}},
	{"a fixed fence", "job/job.go", `token:   rand.Text(),`, `token:   "fence" + rand.Text()[:0],`, []string{"job", "action"}},
	{"commands in the middle of a line", "job/defuse.go", `if looksLikeV1(line, c.touched) {`, `if false {`, []string{"job", "action"}},
	{"commands at the start of a line", "job/defuse.go", `if looksLikeV2(line) {`, `if false {`, []string{"job", "action"}},
	{"a carriage return ends no line", "job/foreign.go", `longestLine)], "\r\n")`, `longestLine)], "\n")`, []string{"job", "action"}},
	{"a fixed Markdown fence", "report/markdown.go", "fence := strings.Repeat(\"`\", longest+1)", "fence := strings.Repeat(\"`\", 0*longest+3)", []string{"report", "action"}},
	{"a summary above the limit", "report/report.go", `SummaryLimit = 1_000_000`, `SummaryLimit = 1_100_000`, []string{"report", "action"}},
	{"a stranger's comment is ours", "comment/thread.go", `return !c.User.is(me)`, `return false && !c.User.is(me)`, []string{"comment", "action"}},
	{"a lost comment is written again", "comment/thread.go", `return c.state.nonce == w.nonce`, `return false`, []string{"comment", "action"}},
	{"an older run rewrites a newer one's comment", "comment/perform.go", `return order.known() && c.state.order.compare(order) > 0`, `return false`, []string{"comment", "action"}},
	{"workflow runs are compared as text", "comment/order.go", `cmp.Compare(len(a), len(b))`, `0`, []string{"comment"}},
	{"a comment for a head that has moved", "comment/head.go", `case head.SHA != now.Head.SHA:`, `case false:`, []string{"comment", "action"}},
	{"a comment is not read before it is rewritten", "comment/perform.go", `case err == nil && normal(now.Body) != normal(w.target.Body):`, `case err == nil && now.Body == "nothing":`, []string{"comment"}},
	{"the list is not read again before a comment is added", "comment/perform.go", `if err == nil && !same {`, `if false && !same {`, []string{"comment"}},
	{"a comment is not read after it was rewritten", "comment/settle.go", `if v.order.compare(best.order) > 0 {`, `if false {`, []string{"comment"}},
	{"comments created at the same time both stay", "comment/perform.go", `case w.target.ID == 0 && (order.known() || n.creations > 0):`, `case w.target.ID == 0 && n.creations > 0:`, []string{"comment"}},
	{"a run without a workspace leaves the old report", "action/outdated.go", `if !r.outdates(o) {`, `if true {`, []string{"action"}},
}

// secrets are defects by which they get out.
var secrets = []mutant{
	{"the token goes to storage", "scalr/upload.go", `	req.Header.Set("Content-Type", "application/octet-stream")
`, `	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Authorization", "Bearer "+c.bearer().Reveal())
`, both},
	{"the token goes where a log is", "scalr/logs.go", `		req.Header.Set("User-Agent", c.userAgent)
`, `		req.Header.Set("User-Agent", c.userAgent)
		req.Header.Set("Authorization", "Bearer "+c.bearer().Reveal())
`, both},
	{"errors show the token", "scalr/redact.go", `*text = r.text(*text)`, `_ = *text`, both},
	{"no redaction at a cut", "job/foreign.go", `f.text = append(f.text, f.stream.Next(f.line)...)
	f.line = f.line[:0]`, `f.text = append(f.text, f.job.redact.Bytes(f.line)...)
	f.line = f.line[:0]`, []string{"job", "action"}},
	{"annotations are not redacted", "job/defuse.go", `breakV1(j.redact.Bytes(withoutColours(`, `breakV1((withoutColours(`, []string{"job", "action"}},
	{"the runner's tokens are not known", "job/job.go", `	j.redact.Add(j.givenSecrets()...)
`, ``, []string{"job", "action"}},
	{"base64 is not looked for", "secret/forms.go", `	all = append(all, base64Forms(s)...)
`, ``, []string{"secret", "action"}},
	{"parts are not looked for", "secret/redactor.go", `r.add(piece, len(piece) < window)`, `r.add(piece, len(piece) < 1000)`, []string{"secret", "action"}},
	{"a stream holds nothing back", "secret/stream.go", `len(s.held) - max(0, s.redactor.longest-1)`, `len(s.held)`, []string{"secret", "action"}},
	{"the token is not masked", "action/signin.go", `	s.job.Mask(in.Token)
`, ``, []string{"action"}},
	{"sensitive variables are not masked", "action/run.go", `if v.Sensitive {`, `if false {`, []string{"action"}},
	{"the log's file is not redacted", "action/sharedfile.go", `f.put(f.clean.Next(p))`, `f.put(p)`, []string{"action"}},
	{"plain http to Scalr", "inputs/baseurl.go", `if !network.IsSecure(u) {`, `if false {`, []string{"inputs", "action"}},
	{"a fork's code is run", "inputs/combinations.go", `case !o.ForkHead || in.AllowPullRequestTarget:`, `case true:`, []string{"inputs", "action"}},
	{"a fork's head comes by a comment", "job/fork.go", `case !known:`, `case false:`, []string{"job"}},
	{"an environment is not shown to be empty", "action/environment_absent.go", `case all.Outside == 0:`, `case false:`, []string{"action"}},
	{"a list's own length is believed", "action/environment_absent.go", `case !c.Whole:`, `case false:`, []string{"action"}},
	{"resources that are not reported count as none", "action/workspace_absent.go", `case now.HasResources == nil:`, `case false:`, []string{"action"}},
	{"a deletion is repeated without a look", "scalr/door.go", `if k.check != nil {`, `if false {`, []string{"action"}},
	{"a name is compared after cleaning", "scalr/wire.go", `	return s
}

// line is`, `	return printable(s, 4096)
}

// line is`, []string{"action"}},
}

// bundles are defects in what is packed.
var bundles = []mutant{
	{"read ahead: the wrong batch", "bundle/ahead.go", `(a.turn+1)%len(a.ring)`, `(a.turn+2)%len(a.ring)`, nil},
	{"read ahead: what is too big is cut", "bundle/ahead.go", `if f.size > int64(cap(b.content)-start) {`, `if f.size > int64(cap(b.content)) {`, nil},
	{"read ahead: what cannot be opened is empty", "bundle/ahead.go", `return readFile{err: openError(source, err)}`, `return readFile{}`, nil},
	{"a hard link may name a link", "bundle/check.go", `throughLink || known && c.tree.nodes[to].isLink {`, `throughLink {`, nil},
	{".git is packed", "bundle/kinds.go", `return string(name) == ".git" ||`, `return false ||`, []string{"bundle", "action"}},
	{"a link may leave the checkout", "bundle/link.go", `		w.faults.add(&Error{Code: LinkOutside, Path: source, Target: end.outside})
`, `		_ = source
`, []string{"bundle", "action"}},
	{"links are not judged by their targets", "bundle/link.go", `	if target.excluded {
		w.excludeTarget`, `	if false {
		w.excludeTarget`, []string{"bundle", "action"}},
	{"links are not judged by names on the way", "bundle/link.go", `err != nil || v.excluded {`, `err != nil {`, nil},
	{"copies are not judged by their own paths", "bundle/walk.go", `	if w.now.copy != nil {
		m, source`, `	if false {
		m, source`, nil},
	{"links may multiply without end", "bundle/copies.go", `	if ok || err != nil {`, `	if true || err != nil {`, []string{"bundle", "action"}},
	{"hard links are not judged by their other names", "bundle/hardlink.go", `	if i.names < 2 {`, `	if true {`, nil},
	{"a big directory is deaf", "bundle/walk.go", `w.pulse.spend(1); err != nil`, `error(nil); err != nil`, []string{"bundle", "action"}},
	{"rules are deaf", "bundle/walk.go", `return v, target, w.pulse.spend(spent)`, `return v, target, nil`, nil},
	{"links are deaf", "bundle/link.go", `w.pulse.spend(linkWork * (1 + end.steps))`, `error(nil)`, nil},
	{"wildcards without a bound", "bundle/ignore.go", `if weight > maxWildcards {`, `if false {`, []string{"bundle", "action"}},
	{"deep archives without a bound", "bundle/archivetree.go", `t.size > maxArchiveTree {`, `false {`, nil},
}
