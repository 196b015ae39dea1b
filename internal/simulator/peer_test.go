// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Another Entra client, the azuread provider, was watched managing a job, secrets and assignments. This is what it sends.
func TestPeerClient_findsEverythingItAsksFor(t *testing.T) {
	for name, plain := range map[string]bool{"TLS": false, "plain HTTP": true} {
		t.Run(name, func(t *testing.T) {
			c := start(t, func(o *Options) { o.PlainHTTP = plain })
			s := c.Store()
			_, p, err := s.Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
			if err != nil {
				t.Fatal(err)
			}
			people := s.AddUsers(3)
			metadata := c.must(http.StatusOK, "GET", "https://"+c.MetadataHost()+"/metadata/endpoints?api-version=2022-09-01", nil)
			form := url.Values{
				"client_id": {c.ClientID()}, "client_secret": {c.ClientSecret()}, "grant_type": {"client_credentials"},
				"scope": {metadata.text("microsoftGraphResourceId") + "/.default"},
			}
			c.token = c.must(http.StatusOK, "POST", metadata.text("authentication", "loginEndpoint")+"/"+c.TenantID()+"/oauth2/v2.0/token", form.Encode(),
				"Content-Type", "application/x-www-form-urlencoded").text("access_token")
			sp := "/servicePrincipals/" + p.ID

			var assigned []string
			for _, id := range people {
				c.must(http.StatusOK, "GET", sp, nil)
				made := c.must(http.StatusCreated, "POST", sp+"/appRoleAssignedTo", map[string]string{
					"appRoleId": p.Roles[0].ID, "principalId": id, "resourceId": p.ID,
				})
				assigned = append(assigned, made.text("id"))
				if got := c.must(http.StatusOK, "GET", sp+"/appRoleAssignedTo/"+made.text("id"), nil).text("principalId"); got != id {
					t.Errorf("got principal %s, want %s", got, id)
				}
			}

			secrets := sp + "/synchronization/secrets"
			write := func(base, token string, want int) {
				t.Helper()
				c.must(http.StatusNoContent, "PUT", secrets, map[string]any{"value": []any{
					map[string]string{"key": "BaseAddress", "value": base}, map[string]string{"key": "SecretToken", "value": token},
				}})
				if got := len(c.must(http.StatusOK, "GET", secrets, nil).list()); got != want {
					t.Errorf("it waits for %d secrets and sees %d", want, got)
				}
			}
			write("https://example.test/scim", "s3cret", 2)

			created := c.must(http.StatusCreated, "POST", sp+"/synchronization/jobs", map[string]string{"templateId": store.ConnectorGoToMeeting})
			job := sp + "/synchronization/jobs/" + created.text("id")
			c.must(http.StatusOK, "GET", job, nil)
			c.must(http.StatusNoContent, "POST", job+"/start", nil)
			if got := c.must(http.StatusOK, "GET", job, nil).text("schedule", "state"); got != "Active" {
				t.Errorf("got schedule %s", got)
			}

			for _, id := range assigned {
				c.must(http.StatusNoContent, "DELETE", sp+"/appRoleAssignedTo/"+id, nil)
			}
			c.must(http.StatusNoContent, "DELETE", job, nil)
			if got := c.statuses(5, job); !slices.Equal(got, []int{404, 404, 404, 404, 404}) {
				t.Errorf("the deleted job answers %v", got)
			}
			write("", "", 0)
		})
	}
}
