// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/workspace"
)

var kitFolder = filepath.Join("..", "..", "examples", "ci")

// The identities of the kit, by what they are granted.
var (
	kitReader = simulator.Client{ID: "66666666-0000-4000-8000-000000000001", Permissions: simulator.ReadOnlyPermissions()}
	kitWriter = simulator.Client{ID: "66666666-0000-4000-8000-000000000002", Permissions: simulator.DefaultPermissions()}
	kitSwitch = simulator.Client{ID: "66666666-0000-4000-8000-000000000003", Permissions: []string{"Synchronization.ReadWrite.All"}}
)

// kitTools returns a folder for PATH with what the scripts need and this machine lacks, "" for nothing. Hosted runners have jq;
// machines for tests may have only Go. The two are not the same program: KIT_GOJQ tries the other where there is jq.
func kitTools(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("jq"); err == nil && os.Getenv("KIT_GOJQ") == "" {
		return ""
	}
	dir := t.TempDir()
	if err := workspace.Build(t.Context(), filepath.Join("..", "..", "tools"), "github.com/itchyny/gojq/cmd/gojq", filepath.Join(dir, "jq")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// kit is a repository that uses the kit: the complete example with a health check, and the forge that it is at.
type kit struct {
	t     *testing.T
	at    dialect
	sim   *simulator.Server
	forge *forge
	home  string // of the repository
	dir   string // of the configuration in it
	env   map[string]string
}

func newKit(t *testing.T, plugins, tools string, d dialect) *kit {
	t.Helper()
	cli := acctest.RequireCLI(t)
	sim, err := simulator.New(simulator.Options{Clock: store.NewRunningClock(time.Now())})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	for _, client := range []simulator.Client{kitReader, kitWriter, kitSwitch} {
		sim.AddClient(client)
	}
	k := &kit{t: t, at: d, sim: sim, forge: newForge(t), home: t.TempDir()}
	k.dir = filepath.Join(k.home, "infra")
	home := t.TempDir()
	authority, settings := filepath.Join(home, "ca.pem"), filepath.Join(home, "cli.tfrc")
	k.write(authority, string(sim.CACertificatePEM()))
	k.write(settings, fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", plugins))

	k.env = sim.Environment(authority)
	maps.DeleteFunc(k.env, func(name, _ string) bool { return strings.HasPrefix(name, "GOTO_") || name == "ARM_CLIENT_SECRET" })
	maps.Copy(k.env, d.env(k.forge, sim))
	maps.Copy(k.env, map[string]string{
		"PATH": strings.Trim(tools+string(os.PathListSeparator)+os.Getenv("PATH"), string(os.PathListSeparator)), "HOME": home, "TMPDIR": home,
		"TF": cli, "TF_DIR": "infra", "RUNNER_TEMP": home, "AGENT_TEMPDIRECTORY": home, "TF_CLI_CONFIG_FILE": settings, "CHECKPOINT_DISABLE": "1", "ARM_USE_OIDC": "true",
		"TF_VAR_gotomeeting_admin_password": "not-the-password", "TF_VAR_meetings_team_group_id": store.GroupMeetings,
		"HEARTBEAT_URL": k.forge.server.URL + "/heartbeat",
	})
	return k
}

// configured puts the configuration into the repository, and applies it.
func (k *kit) configured() {
	k.t.Helper()
	scripts, err := filepath.Abs(filepath.Join(kitFolder, "scripts"))
	if err == nil {
		err = errors.Join(os.Mkdir(k.dir, 0o700), os.Mkdir(filepath.Join(k.home, "ci"), 0o700), os.Symlink(scripts, filepath.Join(k.home, "ci", "scripts")))
	}
	if err != nil {
		k.t.Fatal(err)
	}
	for _, pattern := range []string{filepath.Join("..", "complete", "*.tf"), filepath.Join("..", "data-sources", "gotomeeting_sync_status", "data-source-check.tf")} {
		files, err := filepath.Glob(filepath.Join(kitFolder, pattern))
		if err != nil || len(files) == 0 {
			k.t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				k.t.Fatal(err)
			}
			k.write(filepath.Join(k.dir, filepath.Base(file)), string(content))
		}
	}
	k.terraform("init", "-input=false")
	k.terraform("apply", "-input=false", "-auto-approve")
	job := k.job()
	k.env["GOTOMEETING_CONNECTION_ID"] = job.ServicePrincipalID + "/" + job.ID
	k.sim.Clock().Advance(10 * time.Minute) // the first cycle
	k.terraform("apply", "-input=false", "-auto-approve")
}

func (k *kit) write(name, content string) {
	k.t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

// edit changes the configuration, as a branch does.
func (k *kit) edit(old, replacement string) {
	k.t.Helper()
	name := filepath.Join(k.dir, "main.tf")
	content, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(content), old) {
		k.t.Fatalf("%q is not in the configuration: %v", old, err)
	}
	k.write(name, strings.ReplaceAll(string(content), old, replacement))
}

func (k *kit) job() store.Job {
	k.t.Helper()
	jobs := k.sim.Store().AllJobs()
	if len(jobs) != 1 {
		k.t.Fatalf("%d jobs", len(jobs))
	}
	return jobs[0]
}

// command runs a program with the environment that a runner gives it, as an identity.
func (k *kit) command(as simulator.Client, extra map[string]string, name string, args ...string) (output string, code int) {
	k.t.Helper()
	environment := maps.Clone(k.env)
	environment["ARM_CLIENT_ID"] = as.ID
	if environment["ARM_OIDC_TOKEN"] != "" { // each job gets one of its own
		environment["ARM_OIDC_TOKEN"] = k.sim.FederatedToken()
	}
	maps.Copy(environment, extra)
	cmd := exec.CommandContext(k.t.Context(), name, args...)
	for _, key := range slices.Sorted(maps.Keys(environment)) {
		cmd.Env = append(cmd.Env, key+"="+environment[key])
	}
	var all bytes.Buffer
	cmd.Stdout, cmd.Stderr = &all, &all
	cmd.Dir = k.home
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return all.String(), exit.ExitCode()
	}
	if err != nil {
		k.t.Fatal(err)
	}
	return all.String(), 0
}

func (k *kit) terraform(args ...string) {
	k.t.Helper()
	if output, code := k.command(kitWriter, map[string]string{"TF_VAR_gotomeeting_admin_password": store.AdminPassword}, k.env["TF"], append([]string{"-chdir=infra"}, args...)...); code != 0 {
		k.t.Fatalf("terraform %v: %s", args, output)
	}
}

// steps finds what the pipelines of a forge run: lines such as "run: ci/scripts/apply.sh approved".
var steps = regexp.MustCompile(`(?m)^ *(?:- )?(?:(?:run|bash|inlineScript): )?ci/scripts/([a-z]+\.sh.*)$`)

// commands are the lines of a forge's pipelines that run a script, such as `apply.sh approved`.
func (d dialect) commands(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(kitFolder, d.folder, "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no pipelines: %v", err)
	}
	var found []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range steps.FindAllStringSubmatch(string(content), -1) {
			found = append(found, match[1])
		}
	}
	return found
}

// script has a step of the pipelines run, named by the beginning of its command; it has to end with a code.
func (k *kit) script(as simulator.Client, want int, command string) string {
	k.t.Helper()
	all := k.at.commands(k.t)
	at := slices.Index(all, command)
	if at < 0 {
		at = slices.IndexFunc(all, func(one string) bool { return strings.HasPrefix(one, command+" ") })
	}
	if at < 0 {
		k.t.Fatalf("no pipeline runs %s", command)
	}
	output, code := k.command(as, nil, "bash", "-c", "ci/scripts/"+all[at])
	if code != want {
		k.t.Fatalf("%s ended with %d, not %d:\n%s", all[at], code, want, output)
	}
	return output
}

// issue returns the only open issue with a label, nil for none.
func (k *kit) issue(label string) *forgeIssue {
	k.t.Helper()
	var found *forgeIssue
	for i := range k.forge.issues {
		if one := &k.forge.issues[i]; one.label == label && !one.closed {
			if found != nil {
				k.t.Fatalf("two open issues: %v", k.forge.issues)
			}
			found = one
		}
	}
	return found
}

// TestKit runs the scripts of examples/ci against the simulated tenant and a stand-in for each forge.
func TestKit(t *testing.T) {
	t.Parallel()
	acctest.RequireCLI(t)
	plugins := t.TempDir()
	if _, err := workspace.BuildProvider(t.Context(), filepath.Join("..", ".."), plugins); err != nil {
		t.Fatal(err)
	}
	tools := kitTools(t)
	t.Run("guide", func(t *testing.T) {
		t.Parallel()
		newKit(t, plugins, tools, dialects[0]).followed()
	})
	for _, d := range dialects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			k := newKit(t, plugins, tools, d)
			k.configured()
			t.Run("comments", func(t *testing.T) { k.t = t; k.commenting() })
			t.Run("nightly", func(t *testing.T) { k.t = t; k.nightly() })
			t.Run("review and apply", func(t *testing.T) { k.t = t; k.reviewAndApply() })
			if d.folder == "github" { // it does not depend on the forge
				t.Run("policy", func(t *testing.T) { k.t = t; k.policy() })
			}
			t.Run("stop and resume", func(t *testing.T) { k.t = t; k.stopAndResume() })
			if d.folder == "github" { // which has the least room for comments
				t.Run("many", func(t *testing.T) { k.t = t; k.many() })
			}
			t.Run("quarantine", func(t *testing.T) { k.t = t; k.quarantine() })
		})
	}
}

// publish reviews what the configuration proposes, as the pipeline of a pull request does.
func (k *kit) publish(want int) (output string) {
	k.t.Helper()
	output = k.script(kitReader, want, "review.sh")
	if k.at.folder != "gitlab" {
		k.script(simulator.Client{}, 0, "comment.sh")
		return output
	}
	artifact, err := os.ReadFile(filepath.Join(k.home, "comment.md"))
	if err != nil {
		k.t.Fatal(err)
	}
	k.forge.artifact = string(artifact)
	k.env["GITLAB_TOKEN"] = "" // which is protected
	k.script(simulator.Client{}, 0, "note.sh ask")
	k.env["GITLAB_TOKEN"] = "token-of-the-job"
	if !slices.Equal(k.forge.triggered, []string{kitPipeline}) {
		k.t.Errorf("triggered %v", k.forge.triggered)
	}
	k.forge.triggered = nil
	k.script(simulator.Client{}, 0, "note.sh post")
	return output
}

// commenting: one comment, which is deleted and posted again; what others wrote is left alone, whatever it begins with.
func (k *kit) commenting() {
	const mark = "<!-- gotomeeting report " + kitHead + " -->"
	for range 130 {
		k.forge.add("somebody", "What do you think?")
	}
	k.forge.add("somebody", mark+"\nnot ours")
	k.forge.add("us", "<!-- gotomeeting report 0000000000000000000000000000000000000000 -->\nan earlier one")
	k.forge.comments[len(k.forge.comments)-1].edited = true
	k.forge.add("us", "<!-- gotomeeting difference "+kitHead+" -->\nof another kind")
	for range 2 {
		k.publish(0)
	}
	others := k.forge.comments[:len(k.forge.comments)-1]
	last := k.forge.comments[len(k.forge.comments)-1]
	if len(others) != 132 || others[130].body != mark+"\nnot ours" || !strings.HasSuffix(others[131].body, "of another kind") {
		k.t.Errorf("%d other comments", len(others))
	}
	if last.author != "us" || !strings.HasPrefix(last.body, mark+"\n") || !strings.Contains(last.body, "\nNo account changes.\n\nNo resource changes.") {
		k.t.Errorf("the comment is %q", last.body)
	}
	k.edit(`locale    = {`, `nonsense  = {`)
	k.publish(1)
	if last := k.forge.comments[len(k.forge.comments)-1]; len(k.forge.comments) != 133 || !strings.Contains(last.body, "**The plan failed.**") || strings.Contains(last.body, "No account changes.") {
		k.t.Errorf("%d comments, the last %q", len(k.forge.comments), last.body)
	}
	k.edit(`nonsense  = {`, `locale    = {`)

	// A forge that fails for a moment costs nothing, and one that refuses says why, and costs no comment.
	k.forge.refuse = stutters()
	k.publish(0)
	if last := k.last(); len(k.forge.comments) != 133 || !strings.Contains(last.body, "No resource changes.") {
		k.t.Errorf("%d comments, the last %q", len(k.forge.comments), last.body)
	}
	k.forge.refuse = func(r *http.Request) int {
		if r.Method == http.MethodPost {
			return http.StatusForbidden
		}
		return 0
	}
	post := "comment.sh"
	if k.at.folder == "gitlab" {
		post = "note.sh post"
		if output := k.script(simulator.Client{}, 1, "note.sh ask"); !strings.Contains(output, "refused: 403") {
			k.t.Error(output)
		}
	}
	if output := k.script(simulator.Client{}, 22, post); !strings.Contains(output, "refused: 403") || len(k.forge.comments) != 133 {
		k.t.Errorf("%d comments\n%s", len(k.forge.comments), output)
	}
	k.forge.refuse = nil
	if k.at.folder != "gitlab" {
		return
	}
	// A branch cannot have something else said, or done, in the name of the project.
	k.forge.artifact = mark + "\n/approve\n  /merge\n"
	k.script(simulator.Client{}, 0, "note.sh post")
	if body := k.last().body; body != mark+"\n\\/approve\n\\  /merge\n" {
		k.t.Errorf("the note has quick actions: %q", body)
	}
	k.forge.artifact = "<!-- gotomeeting report " + kitMerge + " -->\n"
	k.script(simulator.Client{}, 1, "note.sh post")
	k.env["REVIEWED_PIPELINE"] = "801" // of a branch, not of a merge request
	k.script(simulator.Client{}, 1, "note.sh post")
	k.env["REVIEWED_PIPELINE"] = kitPipeline
}

// apply runs the job after the merge, and reports whether it asked for approval.
func (k *kit) apply(command string) (asked bool, output string) {
	k.t.Helper()
	said := filepath.Join(k.home, "output")
	k.write(said, "")
	k.env["GITHUB_OUTPUT"] = said
	all := k.at.commands(k.t)
	if !slices.Contains(all, command) {
		k.t.Fatalf("no pipeline runs %s", command)
	}
	output, code := k.command(kitWriter, map[string]string{"TF_VAR_gotomeeting_admin_password": store.AdminPassword}, "bash", "-c", "ci/scripts/"+command)
	written, err := os.ReadFile(said)
	if err != nil {
		k.t.Fatal(err)
	}
	asked = strings.Contains(string(written), "approval=needed") || strings.Contains(output, "##vso[task.setvariable variable=approval;isOutput=true]needed") || k.at.folder == "gitlab" && code == 3
	if want := asked && command != "apply.sh"; code != 0 && !asked || code == 0 && want {
		k.t.Fatalf("%s ended with %d:\n%s", command, code, output)
	}
	return asked, output
}

// last is the newest comment.
func (k *kit) last() forgeComment { return k.forge.comments[len(k.forge.comments)-1] }

// applied reports whether the service has a mapping's text.
func (k *kit) applied(text string) bool { return strings.Contains(string(k.job().Schema), text) }

// reviewAndApply: what was reviewed is applied, and no more, whoever says otherwise.
func (k *kit) reviewAndApply() {
	before := `"Coalesce([surname], [displayName])"`
	propose := func(expression string) {
		k.t.Helper()
		k.edit(before, `"`+expression+`"`)
		before = `"` + expression + `"`
		k.publish(0)
	}
	propose("ToUpper([surname])")
	if body := k.last().body; !strings.Contains(body, "updated") || !strings.Contains(body, "- `update gotomeeting_attribute_mappings.users`") || !strings.Contains(body, store.UserAna) ||
		strings.Contains(body, "@") || strings.Contains(body, "Coalesce") {
		k.t.Errorf("the comment is\n%s", body)
	}
	// An earlier comment on the same commit, which could not be removed, does not count.
	reviewed := k.last().body
	k.forge.comments[len(k.forge.comments)-1].body = strings.Replace(reviewed, `"changes":["update`, `"changes":["delete`, 1)
	k.forge.add("us", reviewed)
	if asked, output := k.apply("apply.sh"); asked || !k.applied("ToUpper([surname])") {
		k.t.Fatalf("asked %t\n%s\n%s", asked, output, k.last().body)
	}
	if asked, _ := k.apply("apply.sh"); asked { // again, with nothing left to do
		k.t.Error("asked for the approval of nothing")
	}

	// Somebody joins between the review and the merge.
	propose("ToLower([surname])")
	if err := k.sim.Store().AddMembers(store.GroupMeetings, store.UserLeo); err != nil {
		k.t.Fatal(err)
	}
	asked, output := k.apply("apply.sh")
	if body := k.last().body; !asked || k.applied("ToLower") || !strings.HasPrefix(body, "<!-- gotomeeting difference "+kitMerge+" -->\n**Not applied yet") || !strings.Contains(body, "not in the review") {
		k.t.Fatalf("asked %t\n%s\n%s", asked, output, body)
	}
	if asked, output := k.apply("apply.sh approved"); asked || !k.applied("ToLower") {
		k.t.Fatalf("asked %t\n%s\n%s", asked, output, k.last().body)
	}

	// What somebody else says, and what somebody has edited, was not reviewed.
	for name, tamper := range map[string]func(c *forgeComment){
		"of somebody else": func(c *forgeComment) { c.author = "somebody" },
		"edited":           func(c *forgeComment) { c.edited = true },
		"of another commit": func(c *forgeComment) {
			c.body = strings.ReplaceAll(c.body, kitHead, "3333333333333333333333333333333333333333")
		},
	} {
		propose("ToUpper([givenName])")
		tamper(&k.forge.comments[len(k.forge.comments)-1])
		if asked, output := k.apply("apply.sh"); !asked || k.applied("ToUpper([givenName])") || !strings.Contains(output, "no report of the commit that was merged") {
			k.t.Errorf("%s: asked %t\n%s", name, asked, output)
		}
	}

	// Nobody has reviewed what is pushed without a pull request.
	for _, variable := range []string{"GITHUB_SHA", "CI_COMMIT_SHA", "BUILD_SOURCEVERSION"} {
		if k.env[variable] != "" {
			k.env[variable] = "4444444444444444444444444444444444444444"
			defer func() { k.env[variable] = kitMerge }()
		}
	}
	if output := k.script(kitWriter, 1, "apply.sh"); !strings.Contains(output, "nobody has reviewed what it does") || k.applied("ToUpper([givenName])") {
		k.t.Error(output)
	}

	// A limit refuses the plan, and the comment still shows why.
	k.env["GOTOMEETING_IMPACT_MAX_UPDATED"] = "1"
	defer delete(k.env, "GOTOMEETING_IMPACT_MAX_UPDATED")
	k.publish(1)
	if body := k.last().body; !strings.Contains(body, "updated") || !strings.Contains(body, "**The plan failed.**") {
		k.t.Errorf("the comment is\n%s", body)
	}
	k.edit(before, `"ToLower([surname])"`)
}

// policy refuses each thing that it is to refuse, by what Terraform really says of a plan, and nothing else.
func (k *kit) policy() {
	judge := filepath.Join(k.t.TempDir(), "policy")
	if err := workspace.Build(k.t.Context(), filepath.Join("..", "..", "tools", "policy"), ".", judge); err != nil {
		k.t.Fatal(err)
	}
	folder, err := filepath.Abs(filepath.Join(kitFolder, "policy"))
	if err != nil {
		k.t.Fatal(err)
	}
	k.env["CHECK_PLAN"] = judge + " " + folder
	defer delete(k.env, "CHECK_PLAN")
	main := filepath.Join(k.dir, "main.tf")
	before, err := os.ReadFile(main)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, test := range []struct{ old, replacement, want string }{
		{"accidental_deletion_threshold = 25", "accidental_deletion_threshold = 30", ""},
		{"accidental_deletion_threshold = 25", "accidental_deletion_threshold = 101", "gotomeeting_provisioning_connection.this: a cycle could disable 101 accounts unnoticed."},
		{"accidental_deletion_threshold = 25", "prevent_accidental_deletions = false", "gotomeeting_provisioning_connection.this: nothing would stop a cycle that disables many accounts."},
		{`scope                         = "assigned"`, `scope = "all"`, "gotomeeting_provisioning_connection.this: everybody in the tenant would be in scope."},
		{`display_name = "GoToMeeting"`, "display_name = \"GoToMeeting\"\n  force_destroy = true", "gotomeeting_application.this: force_destroy = true removes a safeguard."},
		{"accidental_deletion_threshold = 25", `accidental_deletion_threshold = timestamp() == "" ? 25 : 1000`, "gotomeeting_provisioning_connection.this: accidental_deletion_threshold is known only at apply."},
		{"  enabled       = true\n", "  enabled       = true\n  allow_two_writers = true\n", "gotomeeting_provisioning_state.this: allow_two_writers = true removes a safeguard."},
		{`gotomeeting_provisioning_state" "this"`, `gotomeeting_provisioning_state" "others"`, "gotomeeting_provisioning_state.this is destroyed"},
	} {
		k.edit(test.old, test.replacement)
		if strings.Contains(test.replacement, "others") {
			k.edit("gotomeeting_provisioning_state.this", "gotomeeting_provisioning_state.others")
		}
		want := 0
		if test.want != "" {
			want = 1
		}
		output := k.script(kitReader, want, "review.sh")
		if _, said, _ := strings.Cut(output, "Saved the plan to"); !strings.Contains(said, test.want) || strings.Contains(said, "refusals") != (test.want != "") {
			k.t.Errorf("%s: %s", test.replacement, output)
		}
		k.write(main, string(before))
	}
}

// nightly: one issue from the first night on which something is wrong to the first on which nothing is.
func (k *kit) nightly() {
	const label = "gotomeeting-nightly"
	k.forge.kind = "User Story"
	k.env["WORK_ITEM_TYPE"] = k.forge.kind
	defer func() { k.forge.kind = "Issue"; delete(k.env, "WORK_ITEM_TYPE") }()
	k.script(kitReader, 0, "nightly.sh")
	if k.forge.heartbeat != 1 || len(k.forge.issues) != 0 {
		k.t.Errorf("heartbeat %d, issues %v", k.forge.heartbeat, k.forge.issues)
	}
	// Drift.
	job := k.job()
	schema := strings.ReplaceAll(string(job.Schema), `Coalesce([surname], [displayName])`, `Coalesce([surname], [mailNickname])`)
	schema = strings.ReplaceAll(schema, `"name":"displayName","expression":"[displayName]"`, `"name":"mailNickname","expression":"[mailNickname]"`)
	if err := k.sim.Store().PutSchema(job.ServicePrincipalID, job.ID, []byte(schema), store.SchemaOptions{}); err != nil {
		k.t.Fatal(err)
	}
	k.forge.refuse = stutters()
	for range 2 {
		k.script(kitReader, 1, "nightly.sh")
		if one := k.issue(label); one == nil || !strings.Contains(one.body, "Not as declared: `update gotomeeting_attribute_mappings.users`") || len(k.forge.issues) != 1 {
			k.t.Errorf("issues %v", k.forge.issues)
		}
	}
	k.forge.refuse = nil
	k.terraform("apply", "-input=false", "-auto-approve")
	k.forge.newIssue(label, "Opened at the same time", "")
	k.script(kitReader, 0, "nightly.sh")
	if one := k.issue(label); one != nil || len(k.forge.issues) != 2 {
		k.t.Errorf("not closed on recovery: %v", k.forge.issues)
	}
	// A failing check, for which Terraform exits with 0.
	k.sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "another-correct-horse", TeamAdmin: true})
	k.sim.Clock().Advance(45 * time.Minute)
	k.terraform("plan", "-input=false")
	k.script(kitReader, 1, "nightly.sh")
	if one := k.issue(label); one == nil || !strings.Contains(one.body, "`check.provisioning_is_healthy` ") || strings.Contains(one.body, "Not as declared") || strings.Count(one.body, "## Provisioning is failing\n") != 1 {
		k.t.Errorf("issues %v", k.forge.issues)
	}
	// Without a check the sync status that the configuration reads is looked at.
	if err := os.Remove(filepath.Join(k.dir, "data-source-check.tf")); err != nil {
		k.t.Fatal(err)
	}
	k.script(kitReader, 1, "nightly.sh")
	if one := k.issue(label); one == nil || !strings.Contains(one.body, "`data.gotomeeting_sync_status.this`: ") || len(k.forge.issues) != 3 {
		k.t.Errorf("issues %v", k.forge.issues)
	}
	// A plan that fails.
	k.edit("gotomeeting_application.this.service_principal_id\n  principal_id", "gotomeeting_application.missing\n  principal_id")
	k.script(kitReader, 1, "nightly.sh")
	if one := k.issue(label); one == nil || !strings.Contains(one.body, "The plan failed.") {
		k.t.Errorf("issues %v", k.forge.issues)
	}
	k.edit("gotomeeting_application.missing\n  principal_id", "gotomeeting_application.this.service_principal_id\n  principal_id")
	k.sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: store.AdminPassword, TeamAdmin: true})
	k.sim.Clock().Advance(8 * time.Hour)
	k.script(kitReader, 0, "nightly.sh")
	if one := k.issue(label); one != nil || k.forge.heartbeat != 8 {
		k.t.Errorf("heartbeat %d, issues %v", k.forge.heartbeat, k.forge.issues)
	}
}

// stopAndResume: the switch needs no more than the rights on the job, and nothing is applied in between.
func (k *kit) stopAndResume() {
	const label = "gotomeeting-stopped"
	k.script(kitReader, 22, "switch.sh stop")
	if k.job().Schedule != store.ScheduleActive || k.issue(label) != nil {
		k.t.Fatal("an identity that only reads has stopped it")
	}
	connection := k.env["GOTOMEETING_CONNECTION_ID"]
	k.env["GOTOMEETING_CONNECTION_ID"] = ""
	if output := k.script(kitSwitch, 1, "switch.sh stop"); !strings.Contains(output, "GOTOMEETING_CONNECTION_ID: is not set") {
		k.t.Error(output)
	}
	k.env["GOTOMEETING_CONNECTION_ID"] = connection
	k.sim.Faults().Add(simulator.Fault{Method: http.MethodGet, Path: "/servicePrincipals/*/synchronization/jobs/*", Count: -1, Effect: simulator.LacksPermission()})
	if output := k.script(kitSwitch, 22, "switch.sh stop"); strings.Contains(output, "Provisioning is paused.") {
		k.t.Errorf("it cannot know:\n%s", output)
	}
	k.sim.Faults().Clear()
	for _, status := range []int{http.StatusForbidden, http.StatusFound, http.StatusNonAuthoritativeInfo} {
		k.forge.refuse = func(*http.Request) int { return status }
		if output := k.script(kitSwitch, 22, "switch.sh stop"); !strings.Contains(output, "Provisioning is paused.") || !strings.Contains(output, "could not be opened: run this again.") {
			k.t.Error(output)
		}
	}
	k.forge.refuse = stutters()
	for range 2 {
		k.script(kitSwitch, 0, "switch.sh stop")
	}
	if one := k.issue(label); one == nil || !strings.HasPrefix(one.body, kitReason) {
		k.t.Errorf("issues %v", k.forge.issues)
	}
	if got := k.job().Schedule; got == store.ScheduleActive {
		k.t.Errorf("the schedule is %s", got)
	}
	k.forge.refuse = stutters()
	if output := k.script(kitWriter, 1, "apply.sh"); !strings.Contains(output, "Resume provisioning before you apply anything") {
		k.t.Error(output)
	}
	k.forge.refuse = nil
	// Whoever applies by hand does not switch it on either.
	k.terraform("apply", "-input=false", "-auto-approve")
	if got := k.job().Schedule; got == store.ScheduleActive {
		k.t.Errorf("an apply has set the schedule to %s", got)
	}
	k.sim.Log().Reset()
	number := k.issue(label).number
	k.forge.newIssue(label, "Opened at the same time", "")
	if output := k.script(kitWriter, 1, "apply.sh"); !strings.Contains(output, fmt.Sprintf("see issue %d, %d.", number, number+1)) {
		k.t.Error(output)
	}
	for range 2 {
		k.script(kitSwitch, 0, "switch.sh resume")
	}
	if starts := len(k.sim.Log().Match("POST", "/servicePrincipals/*/synchronization/jobs/*/start")); starts != 1 {
		k.t.Errorf("started %d times", starts)
	}
	if k.issue(label) != nil || k.job().Schedule != store.ScheduleActive {
		k.t.Errorf("schedule %s, issues %v", k.job().Schedule, k.forge.issues)
	}
	k.script(kitReader, 0, "nightly.sh")
}

// many: a report that does not name the people concerned is approved by their number, whether it must not or a comment has no room for
// them. More resources than a comment can name are applied by no job.
func (k *kit) many() {
	const room = 65536
	k.env["GOTOMEETING_IMPACT_REPORT_DETAIL"] = "counts"
	k.edit(`"ToLower([surname])"`, `"Trim([surname])"`)
	k.publish(0)
	if asked, output := k.apply("apply.sh"); !asked || k.applied("Trim([surname])") || strings.Contains(k.last().body, store.UserAna) {
		k.t.Errorf("asked %t\n%s\n%s", asked, output, k.last().body)
	}
	if asked, output := k.apply("apply.sh approved"); asked || !k.applied("Trim([surname])") {
		k.t.Errorf("asked %t\n%s\n%s", asked, output, k.last().body)
	}
	delete(k.env, "GOTOMEETING_IMPACT_REPORT_DETAIL")

	if err := k.sim.Store().AddMembers(store.GroupMeetings, k.sim.Store().AddUsers(600)...); err != nil {
		k.t.Fatal(err)
	}
	k.sim.Clock().Advance(45 * time.Minute)
	k.env["GOTOMEETING_IMPACT_MAX_UPDATED"] = "700"
	k.edit(`"Trim([surname])"`, `"ToUpper([surname])"`)
	k.publish(0)
	if body := k.last().body; len(body) > room || !strings.Contains(body, "\n| updated | 0 | 6") {
		k.t.Errorf("%d: %s", len(body), body)
	}
	if asked, output := k.apply("apply.sh"); !asked || k.applied("ToUpper([surname])") || !strings.Contains(output, "the report does not name the people concerned") {
		k.t.Fatalf("asked %t\n%s", asked, output)
	}
	if asked, output := k.apply("apply.sh approved"); asked || !k.applied("ToUpper([surname])") {
		k.t.Fatalf("asked %t\n%s", asked, output)
	}
	resources := filepath.Join(k.dir, "many.tf")
	k.write(resources, `resource "terraform_data" "many" { for_each = toset([for i in range(100) : format("%0400d", i)]) }`)
	k.publish(0)
	if body := k.last().body; len(body) > room || !strings.Contains(body, "**Shortened:**") {
		k.t.Errorf("%d: %s", len(body), body)
	}
	for _, command := range []string{"apply.sh", "apply.sh approved"} {
		if asked, output := k.apply(command); !asked || !strings.Contains(output, "do not fit into a comment") || len(k.last().body) > room {
			k.t.Errorf("asked %t\n%s", asked, output)
		}
	}
	if err := os.Remove(resources); err != nil {
		k.t.Fatal(err)
	}
}

// quarantine: what the switch does not end says how it ends.
func (k *kit) quarantine() {
	k.sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: "another-correct-horse", TeamAdmin: true})
	k.sim.Clock().Advance(45 * time.Minute)
	k.script(kitSwitch, 0, "switch.sh stop")
	want := fmt.Sprintf("close issue %d so that changes are applied again, and then change `resume_token` of gotomeeting_provisioning_state.", k.issue("gotomeeting-stopped").number)
	if output := k.script(kitSwitch, 1, "switch.sh resume"); !strings.Contains(output, want) {
		k.t.Errorf("%q is not in\n%s", want, output)
	}
	k.sim.Store().SetAdmin(store.Admin{UserName: store.AdminUserName, Password: store.AdminPassword, TeamAdmin: true})
	k.forge.issues = nil // a person closes it
	k.edit("  enabled       = true\n", "  enabled       = true\n  resume_token  = \"The password is right again.\"\n")
	k.publish(0)
	if asked, output := k.apply("apply.sh"); asked || k.job().Schedule != store.ScheduleActive {
		k.t.Errorf("asked %t, the schedule is %s\n%s\n%s", asked, k.job().Schedule, output, k.last().body)
	}
}
