// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/tenant"
)

// recordings are the exchanges that people have sent, by file name.
func recordings(t *testing.T, folder string) map[string]tenant.Exchange {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", folder, err)
	}
	found := map[string]tenant.Exchange{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e tenant.Exchange
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		found[filepath.Base(file)] = e
	}
	return found
}

var (
	identifier = regexp.MustCompile(`0{8}-0000-4000-8000-[0-9]{12}|0{12}40008000[0-9]{12}`)
	jobSegment = regexp.MustCompile(`/jobs/[^/?]*\.[^/?]+`)
)

// operation is method and path with what differs from tenant to tenant taken out.
func operation(e tenant.Exchange) string {
	path, _, _ := strings.Cut(e.Path, "?")
	path = jobSegment.ReplaceAllString(path, "/jobs/{job}")
	return e.Method + " " + identifier.ReplaceAllString(path, "{id}")
}

type signedIn struct{}

func (signedIn) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// calls are the operations of the client by what they send.
var calls = map[string]func(ctx context.Context, c *graph.Client, segments []string) error{
	"GET /applicationTemplates": func(ctx context.Context, c *graph.Client, _ []string) error {
		_, err := c.ListApplicationTemplates(ctx, "GoToMeeting")
		return err
	},
	"GET /servicePrincipals/{id}": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.GetServicePrincipal(ctx, s[1])
		return err
	},
	"GET /servicePrincipals/{id}/synchronization/templates": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.ListSyncTemplates(ctx, s[1])
		return err
	},
	"GET /servicePrincipals/{id}/synchronization/secrets": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.GetSecrets(ctx, s[1])
		return err
	},
	"GET /servicePrincipals/{id}/synchronization/jobs": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.ListJobs(ctx, s[1])
		return err
	},
	"GET /servicePrincipals/{id}/synchronization/jobs/{job}": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.GetJob(ctx, graph.JobRef{ServicePrincipalID: s[1], JobID: s[4]})
		return err
	},
	"GET /servicePrincipals/{id}/synchronization/jobs/{job}/schema": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.GetSchema(ctx, graph.JobRef{ServicePrincipalID: s[1], JobID: s[4]})
		return err
	},
	"GET /servicePrincipals/{id}/synchronization/jobs/{job}/schema/filterOperators": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.FilterOperators(ctx, graph.JobRef{ServicePrincipalID: s[1], JobID: s[4]})
		return err
	},
	"GET /servicePrincipals/{id}/appRoleAssignedTo": func(ctx context.Context, c *graph.Client, s []string) error {
		_, err := c.ListAssignments(ctx, s[1])
		return err
	},
	"POST /servicePrincipals/{id}/synchronization/jobs/validateCredentials": func(ctx context.Context, c *graph.Client, s []string) error {
		return c.ValidateCredentials(ctx, s[1], "template", []graph.KeyValue{{Key: "UserName", Value: "x"}})
	},
	"PUT /servicePrincipals/{id}/synchronization/secrets": func(ctx context.Context, c *graph.Client, s []string) error {
		return c.PutSecrets(ctx, s[1], []graph.KeyValue{{Key: "SyncAll", Value: "false"}})
	},
}

// What a real tenant has answered is given to the client, which has to make of it what the status says.
func TestRecordings_replayThroughTheClient(t *testing.T) {
	replayed := map[string]bool{}
	for name, e := range recordings(t, filepath.Join("testdata", "recordings")) {
		call := calls[operation(e)]
		if call == nil {
			continue
		}
		server := httptest.NewTLSServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Type", "application/json")
			out.WriteHeader(e.Status)
			if e.Response != nil {
				_ = json.NewEncoder(out).Encode(e.Response)
			}
		}))
		client, err := graph.New(graph.Options{Endpoint: server.URL, Credential: signedIn{}, HTTPClient: server.Client()})
		if err != nil {
			t.Fatal(err)
		}
		path, _, _ := strings.Cut(e.Path, "?")
		err = call(t.Context(), client, strings.Split(strings.Trim(path, "/"), "/"))
		server.Close()
		if (err == nil) != (e.Status < 300) {
			t.Errorf("%s, %s answered %d, and the client says: %v", name, operation(e), e.Status, err)
		}
		replayed[operation(e)] = true
	}
	if len(replayed) < 8 {
		t.Errorf("only %d operations were replayed: %v", len(replayed), slices.Sorted(maps.Keys(replayed)))
	}
}

// Whatever a recording shows, the simulator has to show as well: the same operations with the same outcome, and every member.
func TestRecordings_holdTheSimulatorAgainstThem(t *testing.T) {
	folder := t.TempDir()
	w := start(t, simulator.Options{})
	w.environment[tenant.VariableRecord] = folder
	probe(t, w, true)
	shown := map[string]map[string]bool{}
	for _, e := range recordings(t, folder) {
		of := fmt.Sprintf("%s %d", operation(e), e.Status/100)
		if shown[of] == nil {
			shown[of] = map[string]bool{}
		}
		members("", e.Response, shown[of])
	}
	for name, e := range recordings(t, filepath.Join("testdata", "recordings")) {
		of := fmt.Sprintf("%s %d", operation(e), e.Status/100)
		known, asked := shown[of]
		if !asked {
			t.Errorf("%s: the simulator never answered %sxx", name, of)
			continue
		}
		recorded := map[string]bool{}
		members("", e.Response, recorded)
		for member := range recorded {
			if !known[member] {
				t.Errorf("%s: %sxx has %s, which the simulator does not show", name, of, member)
			}
		}
	}
}

// members collects the paths of all members of a JSON value.
func members(at string, value any, into map[string]bool) {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			into[at+"."+name] = true
			members(at+"."+name, inner, into)
		}
	case []any:
		for _, inner := range v {
			members(at+"[]", inner, into)
		}
	}
}
