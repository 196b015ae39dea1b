// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotoadmin"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/validate"
)

// Schema is the provider block. Names and environment variables are those of the azuread provider where it has them, so
// that one CI set-up serves both.
func (p *Provider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description,
			Validators: append([]validator.String{validate.NotEmpty()}, validators...)}
	}
	secret := func(description string) schema.StringAttribute {
		attribute := text(description)
		attribute.Sensitive = true
		return attribute
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{Optional: true, MarkdownDescription: description}
	}
	number := func(name, description string) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(leastOf(name))}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages Microsoft Entra ID's automatic user provisioning to GoToMeeting.",
		Attributes: map[string]schema.Attribute{
			"tenant_id": text("The tenant to manage: its id or one of its verified domains. Also `ARM_TENANT_ID`.",
				checked{"tenant_id", "Invalid tenant", "must be a tenant id or a domain"}),
			"client_id": text("Client id of the application (or user-assigned managed identity) to sign in as. Also `ARM_CLIENT_ID`.",
				checked{"client_id", "Invalid client id", "must be a GUID"}),
			"client_id_file_path": text("File that contains the client id. Also `ARM_CLIENT_ID_FILE_PATH`.",
				checked{"client_id_file_path", "Invalid path", "must be the path of a file"}),
			"client_secret": secret("Client secret to sign in with. Also `ARM_CLIENT_SECRET`."),
			"client_secret_file_path": text("File that contains the client secret. Also `ARM_CLIENT_SECRET_FILE_PATH`.",
				checked{"client_secret_file_path", "Invalid path", "must be the path of a file"}),
			"client_certificate": secret("Base64-encoded PKCS#12 bundle (PFX) with the RSA certificate and private key to sign in with. Also `ARM_CLIENT_CERTIFICATE`."),
			"client_certificate_path": text("File that contains the certificate and private key, as PKCS#12 or PEM. Also `ARM_CLIENT_CERTIFICATE_PATH`.",
				checked{"client_certificate_path", "Invalid path", "must be the path of a file"}),
			"client_certificate_password": secret("Password of the certificate bundle. Also `ARM_CLIENT_CERTIFICATE_PASSWORD`."),
			"use_oidc":                    flag("Sign in with an OpenID Connect token of the CI system (workload identity federation). Also `ARM_USE_OIDC`."),
			"oidc_token":                  secret("OpenID Connect token. It is short-lived: prefer a file or a request URL for long applies. Also `ARM_OIDC_TOKEN`."),
			"oidc_token_file_path": text("File that contains the OpenID Connect token; read again whenever a new token is needed. Also `ARM_OIDC_TOKEN_FILE_PATH`.",
				checked{"oidc_token_file_path", "Invalid path", "must be the path of a file"}),
			"oidc_request_url": text("URL from which to request OpenID Connect tokens, as provided by GitHub Actions and Azure DevOps. Also `ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL`, `SYSTEM_OIDCREQUESTURI`.",
				checked{"oidc_request_url", "Invalid URL", "must be an https URL"}),
			"oidc_request_token": secret("Bearer token for `oidc_request_url`. Also `ARM_OIDC_REQUEST_TOKEN`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `SYSTEM_ACCESSTOKEN`."),
			"ado_pipeline_service_connection_id": text("Id of the Azure DevOps service connection to sign in with. If it is set, `oidc_request_url` is treated as an Azure DevOps URL. " +
				"Also `ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID`, `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID`, `AZURESUBSCRIPTION_SERVICE_CONNECTION_ID`."),
			"use_aks_workload_identity": flag("Sign in with the workload identity of an AKS pod; reads `AZURE_FEDERATED_TOKEN_FILE`, and `AZURE_CLIENT_ID` and `AZURE_TENANT_ID` unless the ids are set here. Also `ARM_USE_AKS_WORKLOAD_IDENTITY`."),
			"use_msi":                   flag("Sign in with the managed identity of the machine. Also `ARM_USE_MSI`."),
			"msi_endpoint": text("Managed identity endpoint, if it is not detected automatically. Also `ARM_MSI_ENDPOINT`.",
				checked{"msi_endpoint", "Invalid URL", "must be a URL"}),
			"use_cli": flag("Sign in with the Azure CLI if no other method is configured. Defaults to `true`. Also `ARM_USE_CLI`."),
			"environment": text("The cloud: `global` (default), `usgovernmentl4` (GCC High), `usgovernmentl5` (DoD), or `china`; `public`, `usgovernment`, and `dod` are also accepted. Also `ARM_ENVIRONMENT`.",
				checked{"environment", "Unknown environment", "must name a Microsoft cloud"}),
			"metadata_host": text("Host at which the azuread provider looks up clouds, such as `management.azure.com`. It selects the cloud, like `environment`; a host that does not belong to a known cloud " +
				"is refused unless `graph_endpoint` and `authority_host` are set. Also `ARM_METADATA_HOSTNAME`, `ARM_METADATA_HOST`."),
			"graph_endpoint": text("Microsoft Graph base URL without the version, for private endpoints and simulators. Defaults to the cloud's own. Also `GOTOMEETING_GRAPH_ENDPOINT`.",
				checked{"graph_endpoint", "Invalid URL", "must be an https URL"}),
			"authority_host": text("Sign-in host, for private endpoints and simulators. Defaults to the cloud's own. Also `GOTOMEETING_AUTHORITY_HOST`.",
				checked{"authority_host", "Invalid URL", "must be an https URL"}),
			"goto": schema.SingleNestedAttribute{Optional: true,
				MarkdownDescription: "Credentials for reading the accounts at GoTo, for the data sources and plans that read them: an OAuth client and an administrator's " +
					"personal access token. Each attribute that is not set here can come from the environment.",
				Attributes: map[string]schema.Attribute{
					"client_id":             text("Client id of the OAuth client at GoTo. Also `GOTO_CLIENT_ID`."),
					"client_secret":         secret("Client secret of the OAuth client. Also `GOTO_CLIENT_SECRET`."),
					"personal_access_token": secret("Personal access token of an administrator, created for this OAuth client. Also `GOTO_PERSONAL_ACCESS_TOKEN`."),
					"account_key": text("Key of the GoTo account to read, a decimal number; required only if the administrator has several accounts. Also `GOTO_ACCOUNT_KEY`.",
						checked{"goto.account_key", "Invalid account key", "must be a decimal number"}),
					"endpoint": text("Base URL of GoTo's API, for private endpoints and simulators. Defaults to `"+gotoadmin.DefaultEndpoint+"`. Also `GOTO_ENDPOINT`.",
						checked{"goto.endpoint", "Invalid URL", "must be an https URL"}),
					"token_endpoint": text("URL at which GoTo issues access tokens. Defaults to `"+gotoadmin.DefaultTokenEndpoint+"`. Also `GOTO_TOKEN_ENDPOINT`.",
						checked{"goto.token_endpoint", "Invalid URL", "must be an https URL"}),
				}},
			"impact": schema.SingleNestedAttribute{Optional: true,
				MarkdownDescription: "How plans report the effect of changed mappings, filters, operations, scope, assignments, or provisioning state on people's accounts, and how many accounts the creates and updates of a " +
					"run can change. The limits apply to all changes of a run together, and are checked at plan and again at apply before anything is written; everybody for whom the outcome is unknown counts. A planned delete shows the same text as " +
					"a warning. Each attribute that is not set here can come from the environment.",
				Attributes: map[string]schema.Attribute{
					"enabled": flag("Whether plans determine the effect of changes on accounts and check it against the limits. Defaults to `true`. Set it to `false` to destroy everything while edits that exceed a limit are pending. Also `GOTOMEETING_IMPACT_ENABLED`."),
					"timeout": text("Maximum time that a run can spend on reading the people whom the changes of a connection affect. Beyond this time, plans report the number of people in scope instead of the people affected, and limits that are set refuse the change. Defaults to `60s`. Also `GOTOMEETING_IMPACT_TIMEOUT`.",
						checked{"impact.timeout", "Invalid duration", "must be a duration"}),
					"max_requests": number("impact.max_requests", "Maximum number of requests for reading these people. Defaults to `1000`. Also `GOTOMEETING_IMPACT_MAX_REQUESTS`."),
					"max_disabled": number("impact.max_disabled", "Maximum number of accounts that can be disabled or deleted. Defaults to the larger of 5 and 5 % of the people in scope. "+
						"If the number is unknown, the default only shows a warning, while a limit that is set refuses the change. Also `GOTOMEETING_IMPACT_MAX_DISABLED`."),
					"max_created":     number("impact.max_created", "Maximum number of accounts that can be created. Unlimited by default. Also `GOTOMEETING_IMPACT_MAX_CREATED`."),
					"max_updated":     number("impact.max_updated", "Maximum number of accounts that can be updated. Unlimited by default. Also `GOTOMEETING_IMPACT_MAX_UPDATED`."),
					"max_left_active": number("impact.max_left_active", "Maximum number of accounts that can stay active although their users leave the scope. Unlimited by default. Also `GOTOMEETING_IMPACT_MAX_LEFT_ACTIVE`."),
					"on_unknown": text("What to do if a limit is set and the number is unknown: `refuse` (default) or `warn`. Also `GOTOMEETING_IMPACT_ON_UNKNOWN`.",
						checked{"impact.on_unknown", "Invalid choice", "must be refuse or warn"}),
					"read_links": flag("Whether to read from the service which people and accounts it has linked, where this is in doubt: for people whose sign-in is blocked or who left a scope that keeps accounts, and for accounts that match nobody in scope. Otherwise, plans assume that people in scope are linked to the " +
						"accounts that match them. This uses a beta version of Microsoft Graph, which is available only in the global cloud, requires the permission `SynchronizationMetadata.Read.All`, and sends one request for each of them, at most 500. Defaults to `false`. Also `GOTOMEETING_IMPACT_READ_LINKS`."),
					"report_file": text("File to which a plan writes the report of the whole run as Markdown; the same report as JSON is written next to it, "+
						"with the extension `.json`. An apply leaves it as its plan wrote it and, before its first write, refuses a change that now affects more accounts than the report says. Each provider configuration needs a separate file. Also `GOTOMEETING_IMPACT_REPORT`.",
						checked{"impact.report_file", "Invalid path", "must be the path of a file"}),
					"report_detail": text("Level of detail about people in the report and messages: `counts`, `ids` to add object ids, or `people` to add names and values, which only the report contains. Without it, the report contains counts, and warnings about lost access and held deletions also list the object ids of up to ten people; `counts` omits these as well. Also `GOTOMEETING_IMPACT_REPORT_DETAIL`.",
						checked{"impact.report_detail", "Invalid choice", "must be counts, ids or people"}),
				}},
			"ca_certificate_file": text("PEM file of certificate authorities to trust in addition to those of the system. Also `GOTOMEETING_CA_CERTIFICATE_FILE`.",
				checked{"ca_certificate_file", "Invalid path", "must be the path of a file"}),
		},
	}
}
