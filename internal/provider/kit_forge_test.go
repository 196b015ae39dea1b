// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
)

const (
	kitHead   = "1111111111111111111111111111111111111111" // newest commit of the pull request
	kitMerge  = "2222222222222222222222222222222222222222" // the commit by which it was merged
	kitNumber = 7                                          // of the pull request
	kitReason = "Stopped by somebody."
	// kitPipeline is the merge request's, at GitLab.
	kitPipeline = "800"
)

// forge is a stand-in for GitHub, GitLab and Azure DevOps: one pull request with comments, and issues. It answers what the kit's
// scripts ask, in the words of each.
type forge struct {
	t      testing.TB
	server *httptest.Server

	mu        sync.Mutex
	number    int // of the last comment or issue
	comments  []forgeComment
	issues    []forgeIssue
	artifact  string   // of the job that reviews, at GitLab
	triggered []string // pipelines that were asked for, at GitLab
	kind      string   // of work items, at Azure DevOps
	heartbeat int
	refuse    func(*http.Request) int // the status with which it refuses a request, 0 for none
}

// stutters is a forge that answers each request only the second time.
func stutters() func(*http.Request) int {
	asked := map[string]bool{}
	return func(r *http.Request) int {
		key := r.Method + " " + r.URL.String()
		if asked[key] {
			return 0
		}
		asked[key] = true
		return http.StatusBadGateway
	}
}

type forgeComment struct {
	id     int
	author string // "us" for the identity of the jobs
	body   string
	edited bool
}

type forgeIssue struct {
	number       int
	label, title string
	body         string
	closed       bool
}

// dialect is what one of the forges calls things.
type dialect struct {
	name, folder string // of the pipelines
	env          func(f *forge, sim *simulator.Server) map[string]string
}

var dialects = []dialect{
	{"GitHub", "github", func(f *forge, sim *simulator.Server) map[string]string {
		return map[string]string{
			"GITHUB_ACTIONS": "true", "GITHUB_API_URL": f.server.URL, "GITHUB_REPOSITORY": "example/provisioning", "GITHUB_SHA": kitMerge, "GITHUB_TOKEN": "token-of-the-job",
			"GITHUB_SERVER_URL": f.server.URL, "GITHUB_RUN_ID": "99", "NUMBER": strconv.Itoa(kitNumber), "COMMIT": kitHead, "REASON": kitReason,
			"ACTIONS_ID_TOKEN_REQUEST_URL": sim.GitHubRequestURL(), "ACTIONS_ID_TOKEN_REQUEST_TOKEN": simulator.GitHubRequestToken,
		}
	}},
	{"GitLab", "gitlab", func(f *forge, sim *simulator.Server) map[string]string {
		return map[string]string{
			"GITLAB_CI": "true", "CI_API_V4_URL": f.server.URL + "/api/v4", "CI_PROJECT_ID": "42", "CI_COMMIT_SHA": kitMerge, "GITLAB_TOKEN": "token-of-the-job",
			"CI_JOB_URL": f.server.URL + "/job", "CI_DEFAULT_BRANCH": "main", "ARM_OIDC_TOKEN": sim.FederatedToken(), "GITLAB_USER_LOGIN": "somebody",
			"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": kitHead, "CI_JOB_TOKEN": "job-token", "CI_PIPELINE_ID": kitPipeline, "REVIEWED_PIPELINE": kitPipeline,
		}
	}},
	{"Azure DevOps", "azure-devops", func(f *forge, sim *simulator.Server) map[string]string {
		return map[string]string{
			"TF_BUILD": "True", "SYSTEM_COLLECTIONURI": f.server.URL + "/org/", "SYSTEM_TEAMPROJECTID": "project", "BUILD_REPOSITORY_ID": "repo", "BUILD_SOURCEVERSION": kitMerge,
			"BUILD_BUILDID": "99", "SYSTEM_ACCESSTOKEN": simulator.AzureDevOpsToken, "SYSTEM_OIDCREQUESTURI": sim.AzureDevOpsRequestURL(),
			"AZURESUBSCRIPTION_SERVICE_CONNECTION_ID": "connection", "SYSTEM_PULLREQUEST_SOURCECOMMITID": kitHead, "SYSTEM_PULLREQUEST_PULLREQUESTID": strconv.Itoa(kitNumber),
			"REASON": kitReason,
		}
	}},
}

func newForge(t testing.TB) *forge {
	t.Helper()
	f := &forge{t: t, kind: "Issue"}
	mux := http.NewServeMux()
	f.github(mux)
	f.gitlab(mux)
	f.azure(mux)
	mux.HandleFunc("GET /heartbeat", func(http.ResponseWriter, *http.Request) { f.heartbeat++ })
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + r.Header.Get("PRIVATE-TOKEN")
		if r.URL.Path != "/heartbeat" && !strings.HasSuffix(r.URL.Path, "/trigger/pipeline") && token != "token-of-the-job" && token != simulator.AzureDevOpsToken {
			t.Errorf("%s %s without the token of the job", r.Method, r.URL)
		}
		if _, pattern := mux.Handler(r); pattern == "" {
			t.Errorf("unexpected request %s %s", r.Method, r.URL)
		}
		if f.refuse != nil {
			if status := f.refuse(r); status != 0 {
				w.WriteHeader(status)
				if status >= http.StatusBadRequest { // otherwise it redirects to a sign-in page
					fmt.Fprintf(w, "<html>refused: %d</html>", status)
				}
				return
			}
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(f.server.Close)
	return f
}

// object is a JSON object.
type object = map[string]any

// answer writes JSON. A list comes in the page that was asked for.
func answer(w http.ResponseWriter, r *http.Request, value any) {
	if list, ok := value.([]object); ok {
		size, _ := strconv.Atoi(r.URL.Query().Get("per_page"))
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if first := (page - 1) * size; size > 0 {
			list = list[min(first, len(list)):min(first+size, len(list))]
		}
		value = append([]object{}, list...)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

func (f *forge) read(r *http.Request, into any) {
	content, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		f.t.Errorf("%s %s: %v: %q", r.Method, r.URL, err, content)
	}
}

// add is a comment that is posted.
func (f *forge) add(author, body string) {
	f.number++
	f.comments = append(f.comments, forgeComment{id: f.number, author: author, body: body})
}

func (f *forge) drop(id string) {
	before := len(f.comments)
	f.comments = slices.DeleteFunc(f.comments, func(c forgeComment) bool { return strconv.Itoa(c.id) == id })
	if len(f.comments) == before {
		f.t.Errorf("there is no comment %s to delete", id)
	}
}

func (f *forge) listed(each func(forgeComment) object) []object {
	var list []object
	for _, c := range f.comments {
		list = append(list, each(c))
	}
	return list
}

func (f *forge) open(label string, each func(forgeIssue) object) []object {
	var list []object
	for _, i := range f.issues {
		if !i.closed && i.label == label {
			list = append(list, each(i))
		}
	}
	return list
}

func (f *forge) newIssue(label, title, body string) {
	f.number++
	f.issues = append(f.issues, forgeIssue{number: f.number, label: label, title: title, body: body})
}

func (f *forge) change(number string, change func(*forgeIssue)) {
	for i := range f.issues {
		if strconv.Itoa(f.issues[i].number) == number {
			change(&f.issues[i])
			return
		}
	}
	f.t.Errorf("there is no issue %s", number)
}

func updated(edited bool) string {
	if edited {
		return "2030-01-02T00:00:00Z"
	}
	return "2030-01-01T00:00:00Z"
}

func (f *forge) github(mux *http.ServeMux) {
	const top = "/repos/example/provisioning"
	mux.HandleFunc("GET "+top+"/commits/{sha}/pulls", func(w http.ResponseWriter, r *http.Request) {
		list := []object{{"number": 3, "merged_at": nil, "head": object{"sha": kitHead}}}
		if r.PathValue("sha") == kitMerge {
			list = append(list, object{"number": kitNumber, "merged_at": "2030-01-01T00:00:00Z", "head": object{"sha": kitHead}})
		}
		answer(w, r, list)
	})
	mux.HandleFunc(fmt.Sprintf("GET %s/issues/%d/comments", top, kitNumber), func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, f.listed(func(c forgeComment) object {
			login := map[bool]string{true: "github-actions[bot]", false: c.author}[c.author == "us"]
			return object{"id": c.id, "body": c.body, "user": object{"login": login}, "created_at": updated(false), "updated_at": updated(c.edited)}
		}))
	})
	mux.HandleFunc(fmt.Sprintf("POST %s/issues/%d/comments", top, kitNumber), func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ Body string }
		f.read(r, &sent)
		f.add("us", sent.Body)
		answer(w, r, object{"id": f.number})
	})
	mux.HandleFunc("DELETE "+top+"/issues/comments/{id}", func(_ http.ResponseWriter, r *http.Request) { f.drop(r.PathValue("id")) })
	mux.HandleFunc("GET "+top+"/issues", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, f.open(r.URL.Query().Get("labels"), func(i forgeIssue) object { return object{"number": i.number, "title": i.title} }))
	})
	mux.HandleFunc("POST "+top+"/issues", func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			Title, Body string
			Labels      []string
		}
		f.read(r, &sent)
		f.newIssue(strings.Join(sent.Labels, ","), sent.Title, sent.Body)
		answer(w, r, object{"number": f.number})
	})
	mux.HandleFunc("PATCH "+top+"/issues/{number}", func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ Body, State string }
		f.read(r, &sent)
		f.change(r.PathValue("number"), func(i *forgeIssue) {
			i.closed = i.closed || sent.State == "closed"
			if sent.Body != "" {
				i.body = sent.Body
			}
		})
		answer(w, r, object{})
	})
}

func (f *forge) gitlab(mux *http.ServeMux) {
	const top = "/api/v4/projects/42"
	mux.HandleFunc("GET /api/v4/user", func(w http.ResponseWriter, r *http.Request) { answer(w, r, object{"id": 5}) })
	mux.HandleFunc("GET "+top+"/repository/commits/{sha}/merge_requests", func(w http.ResponseWriter, r *http.Request) {
		list := []object{{"iid": 3, "state": "opened", "sha": kitHead}}
		if r.PathValue("sha") == kitMerge {
			list = append(list, object{"iid": kitNumber, "state": "merged", "sha": kitHead})
		}
		answer(w, r, list)
	})
	request := fmt.Sprintf("%s/merge_requests/%d", top, kitNumber)
	mux.HandleFunc("GET "+request, func(w http.ResponseWriter, r *http.Request) { answer(w, r, object{"iid": kitNumber, "sha": kitHead}) })
	mux.HandleFunc("GET "+request+"/notes", func(w http.ResponseWriter, r *http.Request) {
		notes := f.listed(func(c forgeComment) object {
			author := map[bool]int{true: 5, false: 6}[c.author == "us"]
			return object{"id": c.id, "body": c.body, "author": object{"id": author}, "system": false, "created_at": updated(false), "updated_at": updated(c.edited)}
		})
		if r.URL.Query().Get("sort") != "asc" {
			slices.Reverse(notes)
		}
		answer(w, r, notes)
	})
	mux.HandleFunc("POST "+request+"/notes", func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ Body string }
		f.read(r, &sent)
		f.add("us", sent.Body)
		answer(w, r, object{"id": f.number})
	})
	mux.HandleFunc("DELETE "+request+"/notes/{id}", func(_ http.ResponseWriter, r *http.Request) { f.drop(r.PathValue("id")) })
	mux.HandleFunc("GET "+top+"/issues", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, f.open(r.URL.Query().Get("labels"), func(i forgeIssue) object { return object{"iid": i.number} }))
	})
	mux.HandleFunc("POST "+top+"/issues", func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ Title, Description, Labels string }
		f.read(r, &sent)
		f.newIssue(sent.Labels, sent.Title, sent.Description)
		answer(w, r, object{"iid": f.number})
	})
	mux.HandleFunc("PUT "+top+"/issues/{number}", func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			Description string
			StateEvent  string `json:"state_event"`
		}
		f.read(r, &sent)
		f.change(r.PathValue("number"), func(i *forgeIssue) {
			i.closed = i.closed || sent.StateEvent == "close"
			if sent.Description != "" {
				i.body = sent.Description
			}
		})
		answer(w, r, object{})
	})
	mux.HandleFunc("POST "+top+"/trigger/pipeline", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil || r.FormValue("token") != "job-token" || r.FormValue("ref") != "main" {
			f.t.Errorf("trigger: %v, %v", err, r.Form)
		}
		f.triggered = append(f.triggered, r.FormValue("inputs[reviewed_pipeline]"))
		answer(w, r, object{"id": 1})
	})
	mux.HandleFunc("GET "+top+"/pipelines/{id}", func(w http.ResponseWriter, r *http.Request) {
		pipeline := object{"source": "merge_request_event", "ref": fmt.Sprintf("refs/merge-requests/%d/head", kitNumber)}
		if r.PathValue("id") != kitPipeline {
			pipeline = object{"source": "push", "ref": "somebody-s-branch"}
		}
		answer(w, r, pipeline)
	})
	mux.HandleFunc("GET "+top+"/pipelines/{id}/jobs", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, []object{{"id": 11, "name": "ask-for-note"}, {"id": 12, "name": "review"}})
	})
	mux.HandleFunc("GET "+top+"/jobs/12/artifacts/comment.md", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, f.artifact) })
}

func (f *forge) azure(mux *http.ServeMux) {
	const top = "/org/project/_apis"
	mux.HandleFunc("GET /org/_apis/connectionData", func(w http.ResponseWriter, r *http.Request) {
		answer(w, r, object{"authenticatedUser": object{"id": "us"}})
	})
	mux.HandleFunc("POST "+top+"/git/repositories/repo/pullrequestquery", func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			Queries []struct {
				Type  string
				Items []string
			}
		}
		f.read(r, &sent)
		found := object{}
		if q := sent.Queries[0]; q.Type == "lastMergeCommit" && q.Items[0] == kitMerge {
			found[kitMerge] = []object{{"pullRequestId": kitNumber, "status": "completed", "lastMergeSourceCommit": object{"commitId": kitHead}}}
		}
		answer(w, r, object{"results": []object{found}})
	})
	threads := fmt.Sprintf("%s/git/repositories/repo/pullRequests/%d/threads", top, kitNumber)
	mux.HandleFunc("GET "+threads, func(w http.ResponseWriter, r *http.Request) {
		threads := f.listed(func(c forgeComment) object {
			return object{"id": c.id, "comments": []object{
				{"id": 1, "content": c.body, "author": object{"id": c.author}, "publishedDate": updated(false), "lastContentUpdatedDate": updated(c.edited)},
				{"id": 2, "content": "gone", "author": object{"id": c.author}, "isDeleted": true},
			}}
		})
		slices.Reverse(threads) // no order is documented
		answer(w, r, object{"value": threads})
	})
	mux.HandleFunc("POST "+threads, func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			Status   string
			Comments []struct{ Content string }
		}
		f.read(r, &sent)
		if sent.Status != "closed" || len(sent.Comments) != 1 {
			f.t.Errorf("thread %+v", sent)
		}
		f.add("us", sent.Comments[0].Content)
		answer(w, r, object{"id": f.number})
	})
	mux.HandleFunc("DELETE "+threads+"/{id}/comments/1", func(_ http.ResponseWriter, r *http.Request) { f.drop(r.PathValue("id")) })
	mux.HandleFunc("POST "+top+"/wit/wiql", func(w http.ResponseWriter, r *http.Request) {
		var sent struct{ Query string }
		f.read(r, &sent)
		_, label, _ := strings.Cut(sent.Query, "[System.Tags] CONTAINS '")
		label, state, _ := strings.Cut(label, "'")
		if !strings.HasSuffix(state, " AND [System.State] <> 'Done'") {
			f.t.Errorf("query %s", sent.Query)
		}
		answer(w, r, object{"workItems": f.open(label, func(i forgeIssue) object { return object{"id": i.number} })})
	})
	type patch []struct{ Op, Path, Value string }
	of := func(sent patch, field string) string {
		for _, p := range sent {
			if p.Path == "/fields/System."+field && p.Op == "add" {
				return p.Value
			}
		}
		return ""
	}
	mux.HandleFunc("POST "+top+"/wit/workitems/{kind}", func(w http.ResponseWriter, r *http.Request) {
		var sent patch
		f.read(r, &sent)
		if r.PathValue("kind") != "$"+f.kind || r.Header.Get("Content-Type") != "application/json-patch+json" {
			f.t.Errorf("%s of %s", r.Header.Get("Content-Type"), r.PathValue("kind"))
		}
		f.newIssue(of(sent, "Tags"), of(sent, "Title"), of(sent, "Description"))
		answer(w, r, object{"id": f.number})
	})
	mux.HandleFunc("PATCH "+top+"/wit/workitems/{number}", func(w http.ResponseWriter, r *http.Request) {
		var sent patch
		f.read(r, &sent)
		f.change(r.PathValue("number"), func(i *forgeIssue) {
			i.closed = i.closed || of(sent, "State") == "Done"
			if body := of(sent, "Description"); body != "" {
				i.body = body
			}
		})
		answer(w, r, object{})
	})
}
