// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/acctest"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Whatever asks a service can be given a limit, and all of them say the same when it is reached.
func TestTimeouts_boundWhateverAsksAService(t *testing.T) {
	t.Parallel()
	env := acctest.New(t)
	env.UseGoTo()
	_, sp, err := env.Sim.Store().Instantiate(store.TemplateGoToMeeting, "GoToMeeting", "")
	if err != nil {
		t.Fatal(err)
	}
	job, err := env.Sim.Store().CreateJob(sp.ID, store.ConnectorGoToMeeting)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/applicationTemplates", "/servicePrincipals/**", "/servicePrincipals", "/auditLogs/**", "/admin/rest/v1/**"} {
		env.Sim.Faults().Add(simulator.Fault{Path: path, Count: -1, Effect: simulator.Throttled(time.Minute)})
	}
	schemas, err := env.Protocol().Server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	// config gives every object what it needs to ask.
	config := func(typeName, operation string, schema *tfprotov6.Schema) map[string]any {
		given := map[string]any{"timeouts": map[string]any{operation: "30s"}}
		known := map[string]any{"connection_id": sp.ID + "/" + job.ID, "service_principal_id": sp.ID}
		if strings.HasSuffix(typeName, "provision_on_demand") {
			known["user_ids"] = []any{store.UserAna}
		}
		for _, attribute := range schema.Block.Attributes {
			if value, ok := known[attribute.Name]; ok {
				given[attribute.Name] = value
			}
		}
		return given
	}
	want := func(t *testing.T, found acctest.Diagnostics) {
		t.Helper()
		if !found.HasError() || !strings.Contains(found.String(), "`timeouts`") {
			t.Errorf("messages:\n%s", found)
		}
	}
	for name, schema := range schemas.DataSourceSchemas {
		t.Run("data "+name, func(t *testing.T) {
			_, found := env.Protocol().ReadData(name, config(name, "read", schema))
			want(t, found)
		})
	}
	for name, schema := range schemas.ListResourceSchemas {
		t.Run("list "+name, func(t *testing.T) {
			results, found := env.Protocol().List(name, config(name, "list", schema), false, 10)
			for _, result := range results {
				found = append(found, result.Diagnostics...)
			}
			want(t, found)
		})
	}
	for name, schema := range schemas.ActionSchemas {
		t.Run("action "+name, func(t *testing.T) {
			_, found := env.Protocol().Invoke(name, config(name, "invoke", schema.Schema))
			want(t, found)
		})
	}
	if len(schemas.DataSourceSchemas)+len(schemas.ListResourceSchemas)+len(schemas.ActionSchemas) < 13 {
		t.Errorf("%s lost some of its objects", provider.TypeName)
	}
}
