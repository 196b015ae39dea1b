// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
)

// chooseTemplate picks the connector that the configuration means; templateID may be empty.
func chooseTemplate(templates []graph.SyncTemplate, templateID string) (graph.SyncTemplate, diag.Diagnostics) {
	ids := make([]string, len(templates))
	for i, template := range templates {
		ids[i] = template.ID
	}
	slices.Sort(ids)
	list := "\n- " + strings.Join(ids, "\n- ")
	switch {
	case len(templates) == 0:
		return graph.SyncTemplate{}, diag.Diagnostics{noConnector()}
	case templateID != "":
		for _, template := range templates {
			if template.ID == templateID {
				return template, nil
			}
		}
		return graph.SyncTemplate{}, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("template_id"), "Unknown provisioning connector",
			fmt.Sprintf("The application offers no connector %q. It offers:%s", templateID, list))}
	case len(templates) == 1:
		return templates[0], nil
	}
	preferred := slices.DeleteFunc(slices.Clone(templates), func(t graph.SyncTemplate) bool { return !t.Default })
	if len(preferred) == 1 {
		return preferred[0], nil
	}
	return graph.SyncTemplate{}, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("template_id"), "Several provisioning connectors",
		fmt.Sprintf("The application offers several connectors and marks none as the default. Set `template_id` to one of them:%s", list))}
}

// cannotReadTemplates distinguishes a wrong id from other reasons why the connectors could not be read.
func cannotReadTemplates(ctx context.Context, client *graph.Client, err error, servicePrincipalID string) diag.Diagnostic {
	if graph.IsNotFound(err) {
		return graphdiag.UnknownServicePrincipal(ctx, client, servicePrincipalID)
	}
	return graphdiag.Error("Cannot read the application's connectors", err)
}

func noConnector() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "The application offers no provisioning connector",
		"The service returned no synchronization template for this service principal, so a connection cannot be created. Either the application is not a provisioning "+
			"application from the gallery (a manually registered application never is), or the service has retired its connector: Microsoft has announced that it will retire the provisioning connector "+
			"of the GoToMeeting gallery application. Its successor is the gallery application `GoTo` (`gallery_name = \"GoTo\"` of `gotomeeting_application`). Outside the global cloud, few gallery "+
			"connectors exist. Nothing was created.")
}
