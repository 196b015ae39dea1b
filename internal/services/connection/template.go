// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"errors"
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

func noConnector() diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "The application offers no provisioning connector",
		"The service returned no synchronization template for this service principal, so there is nothing to create a connection from. Either the application is not "+
			"one of the gallery's provisioning applications (one registered by hand never is), or the service has retired its connector: Microsoft has announced the end of provisioning for the "+
			"GoToMeeting gallery application. Its successor is the gallery application `GoTo` (`gallery_name = \"GoTo\"` of `gotomeeting_application`). Outside the global cloud few gallery "+
			"connectors exist. Nothing was created.")
}

// checkCredentials compares what was supplied with what the connector's own description asks for.
func checkCredentials(template graph.SyncTemplate, supplied map[string]bool) diag.Diagnostics {
	var diags diag.Diagnostics
	if len(supplied) == 0 || template.ConfigurationFields == nil {
		return diags
	}
	asked := map[string]bool{}
	for _, field := range template.ConfigurationFields {
		asked[strings.ToLower(field.Name)] = true
		if _, setting := attributeOf[field.Name]; setting && field.Name != keyUserName && field.Name != keyPassword {
			continue
		}
		if field.Optional || field.Hidden || field.ReadOnly || field.DefaultValue != "" || supplied[field.Name] ||
			template.OAuthEnabled && strings.HasPrefix(field.Name, "Oauth2") {
			continue
		}
		attribute := attributeOf[field.Name]
		if attribute == "" {
			attribute = "connector_settings"
			if field.Secret {
				attribute = "credentials_wo"
			}
		}
		diags.AddAttributeError(path.Root(attribute), "Missing credential",
			fmt.Sprintf("The connector %q asks for %q. Give it in `%s`.", template.ID, field.Name, attribute))
	}
	for key := range supplied {
		if !asked[strings.ToLower(key)] {
			attribute := attributeOf[key]
			if attribute == "" {
				attribute = "connector_settings"
			}
			diags.AddAttributeWarning(path.Root(attribute), "Credential that the connector does not ask for",
				fmt.Sprintf("The connector %q does not list %q among its configuration fields. It is sent all the same; if the connection test fails, leave it out.", template.ID, key))
		}
	}
	if template.OAuthEnabled && supplied[keyUserName] {
		diags.AddAttributeWarning(path.Root("admin_username"), "The connector signs in with OAuth",
			"The connector wants to be authorized interactively (the portal's *Authorize* button). A user name and password alone will probably not do; leave them out, apply, and authorize in the portal.")
	}
	return diags
}

// refuseExisting decides about the jobs that a service principal already has. A job of the same connector that is plainly
// the remainder of an interrupted create (never ran, no credentials, default mappings) is returned for adoption.
func (r *Resource) refuseExisting(ctx context.Context, servicePrincipalID string, template graph.SyncTemplate, jobs []graph.Job) (orphan *graph.Job, diags diag.Diagnostics) {
	for _, job := range jobs {
		if job.TemplateID != template.ID {
			continue
		}
		ref := graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID}
		untouched, err := r.untouched(ctx, ref, job)
		if err != nil {
			return nil, diag.Diagnostics{graphdiag.Error("Cannot examine the existing job", err, graphdiag.SynchronizationRead)}
		}
		if untouched {
			return &job, nil
		}
		return nil, diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "A provisioning connection exists already",
			fmt.Sprintf("The application has a job of the same connector that was set up elsewhere. A second one would provision the same people twice. Take it over with this block:\n\n%s",
				importBlock(ref)))}
	}
	return nil, nil
}

// untouched reports whether a job never ran, has no credentials and still has its template's mappings.
func (r *Resource) untouched(ctx context.Context, ref graph.JobRef, job graph.Job) (bool, error) {
	if job.Schedule.Active() || hasRun(job) {
		return false, nil
	}
	secrets, err := r.data.Graph.GetSecrets(ctx, ref.ServicePrincipalID)
	if err != nil {
		return false, err
	}
	if userName, _ := stored(secrets).get(keyUserName); userName != "" || len(stored(secrets).masked()) > 0 {
		return false, nil
	}
	schema, err := r.data.Graph.GetSchema(ctx, ref)
	if err != nil {
		return false, err
	}
	original, err := r.data.Graph.GetTemplateSchema(ctx, ref.ServicePrincipalID, job.TemplateID)
	if err != nil {
		return false, err
	}
	return schema.SameRules(original), nil
}

// hasRun reports whether a job ever completed or began a cycle.
func hasRun(job graph.Job) bool {
	status := job.Status
	return status != nil && (status.LastExecution != nil || status.LastSuccessfulExecution != nil ||
		status.SteadyStateFirstAchievedTime != nil || status.Quarantine != nil)
}

func importBlock(ref graph.JobRef) string {
	return fmt.Sprintf("import {\n  to = gotomeeting_provisioning_connection.NAME\n  id = %q\n}", ref)
}

// refusal returns what the service said when it tried credentials at the target and was turned away. The codes follow the
// connector and are not documented, so what certainly speaks of the caller or of Graph itself is told apart instead.
func refusal(err error) (said string, refused bool) {
	var answer *graph.Error
	if !errors.As(err, &answer) || answer.StatusCode < 400 || answer.StatusCode == 404 || answer.StatusCode == 429 || answer.Claims != "" ||
		slices.Contains([]string{"", "UnknownError", "Authorization_RequestDenied", "InvalidAuthenticationToken"}, answer.Code) {
		return "", false
	}
	said = answer.Message
	if said == "" {
		said = answer.Code
	}
	return strings.TrimSuffix(said, ".") + ".", true
}

// credentialsRefused is the diagnostic for a failed connection test.
func credentialsRefused(err error, want desired) diag.Diagnostic {
	said, refused := refusal(err)
	if !refused {
		return graphdiag.Error("Cannot test the connection", err, graphdiag.SynchronizationWrite)
	}
	at := path.Root("admin_password_wo")
	hint := "Check the user name and the password. The account needs team administrator rights at GoTo, and must be able to sign in without a second factor."
	if want.plain[keyUserName] == "" {
		at = path.Root("credentials_wo")
		hint = "Check the credentials; they need administrator rights at the target."
	}
	return diag.NewAttributeErrorDiagnostic(at, "The connection test failed",
		fmt.Sprintf("Microsoft Entra ID tried the credentials at the target and was refused. The service said: %s %s Nothing was created or changed.\n\n%s",
			said, hint, graphdiag.Facts(err)))
}
