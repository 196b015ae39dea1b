// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// NoServicePrincipal is the error for an import by a service principal that is not there. It looks whether the id is
// another one of an application, and says what to import by then; byID makes the import id of a service principal's.
func NoServicePrincipal(ctx context.Context, client *graph.Client, id string, byID func(servicePrincipalID string) string) diag.Diagnostic {
	detail, meant := noServicePrincipal(ctx, client, id)
	if meant != "" {
		detail += fmt.Sprintf(" Import by the object id of its service principal instead: %q.", byID(meant))
	}
	return diag.NewErrorDiagnostic("No such service principal", detail)
}

// UnknownServicePrincipal is the error for a `service_principal_id` that is not one, with the same look.
func UnknownServicePrincipal(ctx context.Context, client *graph.Client, id string) diag.Diagnostic {
	detail, meant := noServicePrincipal(ctx, client, id)
	if meant != "" {
		detail += fmt.Sprintf(" Use the object id of its service principal instead: %q.", meant)
	}
	return diag.NewAttributeErrorDiagnostic(path.Root("service_principal_id"), "No such service principal", detail)
}

// noServicePrincipal says what an id is that is not a service principal's, and whose service principal is meant.
func noServicePrincipal(ctx context.Context, client *graph.Client, id string) (detail, meant string) {
	what, appID := "client id", id
	if app, err := client.GetApplication(ctx, id); err == nil {
		what, appID = "object id of the app registration", app.AppID
	}
	detail = fmt.Sprintf("The tenant has no service principal with the object id %s. ", id)
	if found, err := client.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{AppID: appID}); err == nil && len(found) > 0 {
		return detail + fmt.Sprintf("That is the %s of %q.", what, found[0].DisplayName), found[0].ID
	}
	return detail + "Use the object id that the portal shows on the page of the enterprise application.", ""
}

// NoJob is the error for an import by a job that is not there. It says which jobs there are; byID makes the import id of a
// job.
func NoJob(ctx context.Context, client *graph.Client, ref graph.JobRef, presence graph.Presence, byID func(graph.JobRef) string) diag.Diagnostic {
	if presence == graph.ServicePrincipalGone {
		return NoServicePrincipal(ctx, client, ref.ServicePrincipalID, func(id string) string {
			return byID(graph.JobRef{ServicePrincipalID: id, JobID: ref.JobID})
		})
	}
	return diag.NewErrorDiagnostic(noJobSummary(presence), fmt.Sprintf("The service principal %s has no provisioning job %q. %s", ref.ServicePrincipalID, ref.JobID, jobsOf(ctx, client, ref.ServicePrincipalID, byID)))
}

// ImportedJob reads the import id of a connection. The problem, "" for none, says what was given and what is wanted, and
// which jobs there are when only the service principal was given.
func ImportedJob(ctx context.Context, client *graph.Client, given string) (ref graph.JobRef, problem string) {
	const wanted = "the `id` of a `gotomeeting_provisioning_connection`: `{service principal id}/{job id}`"
	named, problem := validate.ParseImportID(given, wanted)
	if problem != "" {
		if named.ServicePrincipalID != "" {
			problem += " " + jobsOf(ctx, client, named.ServicePrincipalID, graph.JobRef.String)
		}
		return graph.JobRef{}, problem
	}
	ref = graph.JobRef{ServicePrincipalID: named.ServicePrincipalID, JobID: named.Rest}
	jobID, more, _ := strings.Cut(named.Rest, "/")
	switch {
	case jobID == "":
		return ref, fmt.Sprintf("Expected %s. Got %q, without a job. %s", wanted, given, jobsOf(ctx, client, named.ServicePrincipalID, graph.JobRef.String))
	case more != "":
		return ref, fmt.Sprintf("Expected %s. Got %q. Omit everything after the job id: %q.", wanted, given, graph.JobRef{ServicePrincipalID: ref.ServicePrincipalID, JobID: jobID})
	}
	return ref, ""
}

// jobsOf says which provisioning jobs a service principal has, as import ids.
func jobsOf(ctx context.Context, client *graph.Client, servicePrincipalID string, byID func(graph.JobRef) string) string {
	jobs, err := client.ListJobs(ctx, servicePrincipalID)
	switch {
	case err != nil && !graph.IsNotFound(err):
		return "Its provisioning jobs could not be read."
	case len(jobs) == 0:
		return "The service principal has no provisioning jobs, so there is nothing to import. Create one with `gotomeeting_provisioning_connection`."
	}
	var lines []string
	for _, job := range jobs {
		lines = append(lines, fmt.Sprintf("- %q", byID(graph.JobRef{ServicePrincipalID: servicePrincipalID, JobID: job.ID})))
	}
	return "Import one of its jobs by id:\n" + strings.Join(lines, "\n")
}
