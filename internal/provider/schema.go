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
	number := func(description string) schema.Int64Attribute {
		return schema.Int64Attribute{Optional: true, MarkdownDescription: description, Validators: []validator.Int64{int64validator.AtLeast(0)}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Declares Microsoft Entra ID's automatic user provisioning to GoToMeeting.",
		Attributes: map[string]schema.Attribute{
			"tenant_id": text("The tenant to manage: its id or one of its verified domains. Also `ARM_TENANT_ID`.",
				checked{"tenant_id", "Invalid tenant", "must be a tenant id or a domain"}),
			"client_id": text("Client id of the application (or user-assigned managed identity) to sign in as. Also `ARM_CLIENT_ID`.",
				checked{"client_id", "Invalid client id", "must be a GUID"}),
			"client_id_file_path": text("File that holds the client id. Also `ARM_CLIENT_ID_FILE_PATH`.",
				checked{"client_id_file_path", "Invalid path", "must be the path of a file"}),
			"client_secret": secret("Client secret to sign in with. Also `ARM_CLIENT_SECRET`."),
			"client_secret_file_path": text("File that holds the client secret. Also `ARM_CLIENT_SECRET_FILE_PATH`.",
				checked{"client_secret_file_path", "Invalid path", "must be the path of a file"}),
			"client_certificate": secret("Base64-encoded PKCS#12 bundle (PFX) with the RSA certificate and private key to sign in with. Also `ARM_CLIENT_CERTIFICATE`."),
			"client_certificate_path": text("File that holds the certificate and private key, as PKCS#12 or PEM. Also `ARM_CLIENT_CERTIFICATE_PATH`.",
				checked{"client_certificate_path", "Invalid path", "must be the path of a file"}),
			"client_certificate_password": secret("Password of the certificate bundle. Also `ARM_CLIENT_CERTIFICATE_PASSWORD`."),
			"use_oidc":                    flag("Sign in with an OpenID Connect token of the CI system (workload identity federation). Also `ARM_USE_OIDC`."),
			"oidc_token":                  secret("The OpenID Connect token itself. It is short-lived: prefer a file or a request URL for long applies. Also `ARM_OIDC_TOKEN`."),
			"oidc_token_file_path": text("File that holds the OpenID Connect token; read again whenever a token is due. Also `ARM_OIDC_TOKEN_FILE_PATH`.",
				checked{"oidc_token_file_path", "Invalid path", "must be the path of a file"}),
			"oidc_request_url": text("URL to request OpenID Connect tokens from, as GitHub Actions and Azure DevOps provide it. Also `ARM_OIDC_REQUEST_URL`, `ACTIONS_ID_TOKEN_REQUEST_URL`, `SYSTEM_OIDCREQUESTURI`.",
				checked{"oidc_request_url", "Invalid URL", "must be an https URL"}),
			"oidc_request_token": secret("Bearer token for `oidc_request_url`. Also `ARM_OIDC_REQUEST_TOKEN`, `ACTIONS_ID_TOKEN_REQUEST_TOKEN`, `SYSTEM_ACCESSTOKEN`."),
			"ado_pipeline_service_connection_id": text("Id of the Azure DevOps service connection to sign in through; makes `oidc_request_url` an Azure DevOps one. " +
				"Also `ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID`, `ARM_OIDC_AZURE_SERVICE_CONNECTION_ID`, `AZURESUBSCRIPTION_SERVICE_CONNECTION_ID`."),
			"use_aks_workload_identity": flag("Sign in with the workload identity of an AKS pod; reads `AZURE_FEDERATED_TOKEN_FILE`, and `AZURE_CLIENT_ID` and `AZURE_TENANT_ID` unless given here. Also `ARM_USE_AKS_WORKLOAD_IDENTITY`."),
			"use_msi":                   flag("Sign in with the managed identity of the machine. Also `ARM_USE_MSI`."),
			"msi_endpoint": text("Managed identity endpoint, where it is not found by itself. Also `ARM_MSI_ENDPOINT`.",
				checked{"msi_endpoint", "Invalid URL", "must be a URL"}),
			"use_cli": flag("Sign in with the Azure CLI when no other method is configured. Defaults to `true`. Also `ARM_USE_CLI`."),
			"environment": text("The cloud: `global` (default), `usgovernmentl4` (GCC High), `usgovernmentl5` (DoD) or `china`; `public`, `usgovernment` and `dod` are accepted as well. Also `ARM_ENVIRONMENT`.",
				checked{"environment", "Unknown environment", "must name a Microsoft cloud"}),
			"metadata_host": text("Host at which the azuread provider looks clouds up, such as `management.azure.com`. It chooses the cloud like `environment`; one that is not of a known cloud is refused " +
				"unless `graph_endpoint` and `authority_host` are given. Also `ARM_METADATA_HOSTNAME`, `ARM_METADATA_HOST`."),
			"graph_endpoint": text("Microsoft Graph base URL without the version, for private endpoints and simulators. Defaults to the cloud's own. Also `GOTOMEETING_GRAPH_ENDPOINT`.",
				checked{"graph_endpoint", "Invalid URL", "must be an https URL"}),
			"authority_host": text("Sign-in host, for private endpoints and simulators. Defaults to the cloud's own. Also `GOTOMEETING_AUTHORITY_HOST`.",
				checked{"authority_host", "Invalid URL", "must be an https URL"}),
			"goto": schema.SingleNestedAttribute{Optional: true,
				MarkdownDescription: "How to read the accounts that exist at GoTo, for the data sources that read them: an OAuth client and an administrator's personal access token. " +
					"Each attribute that is not given here may come from the environment. Nothing else needs it.",
				Attributes: map[string]schema.Attribute{
					"client_id":             text("Client id of the OAuth client at GoTo. Also `GOTO_CLIENT_ID`."),
					"client_secret":         secret("Client secret of the OAuth client. Also `GOTO_CLIENT_SECRET`."),
					"personal_access_token": secret("Personal access token of an administrator, made for this OAuth client. Also `GOTO_PERSONAL_ACCESS_TOKEN`."),
					"account_key": text("Key of the GoTo account to read, a decimal number; needed only where the administrator has several. Also `GOTO_ACCOUNT_KEY`.",
						checked{"goto.account_key", "Invalid account key", "must be a decimal number"}),
					"endpoint": text("Base URL of GoTo's API, for private endpoints and simulators. Defaults to `"+gotoadmin.DefaultEndpoint+"`. Also `GOTO_ENDPOINT`.",
						checked{"goto.endpoint", "Invalid URL", "must be an https URL"}),
					"token_endpoint": text("URL at which GoTo gives access tokens. Defaults to `"+gotoadmin.DefaultTokenEndpoint+"`. Also `GOTO_TOKEN_ENDPOINT`.",
						checked{"goto.token_endpoint", "Invalid URL", "must be an https URL"}),
				}},
			"impact": schema.SingleNestedAttribute{Optional: true,
				MarkdownDescription: "How plans tell what a change of mappings, filters, operations, scope, assignments or the switch does to people's accounts, and how many accounts the creates and updates of a run may change. " +
					"The limits are checked against all proposals of a run together, at plan and once more at apply before anything is written; everybody for whom the outcome is unknown counts. A planned delete shows the same text as a warning. " +
					"Each attribute that is not given here may come from the environment.",
				Attributes: map[string]schema.Attribute{
					"enabled": flag("Whether plans work out what changes do to accounts, and check that against the limits. Defaults to `true`. `false` is the way to destroy everything while edits are pending. Also `GOTOMEETING_IMPACT_ENABLED`."),
					"timeout": text("How long reading the people whom the changes of a connection affect may take in a run. Beyond it, plans tell how many people are in scope instead of who is affected, and limits that are set refuse. Defaults to `60s`. Also `GOTOMEETING_IMPACT_TIMEOUT`.",
						checked{"impact.timeout", "Invalid duration", "must be a duration"}),
					"max_requests": number("How many requests that may take. Defaults to `1000`. Also `GOTOMEETING_IMPACT_MAX_REQUESTS`."),
					"max_disabled": number("How many accounts may be disabled or deleted. Defaults to the larger of 5 and 5 % of the people in scope; " +
						"the default only warns where the number is unknown, while a limit that is set refuses. Also `GOTOMEETING_IMPACT_MAX_DISABLED`."),
					"max_created":     number("How many accounts may be created. Unlimited unless set. Also `GOTOMEETING_IMPACT_MAX_CREATED`."),
					"max_updated":     number("How many accounts may be updated. Unlimited unless set. Also `GOTOMEETING_IMPACT_MAX_UPDATED`."),
					"max_left_active": number("How many accounts may stay active although their users leave the scope. Unlimited unless set. Also `GOTOMEETING_IMPACT_MAX_LEFT_ACTIVE`."),
					"on_unknown": text("What happens to a plan when a limit is set and the number is unknown: `refuse` (default) or `warn`. Also `GOTOMEETING_IMPACT_ON_UNKNOWN`.",
						checked{"impact.on_unknown", "Invalid choice", "must be refuse or warn"}),
					"report_file": text("File that a plan writes its joint report to, as Markdown; the same as JSON is written beside it, with the extension `.json`. "+
						"Nothing is written any more once an apply has begun. Each provider configuration needs a file of its own. Also `GOTOMEETING_IMPACT_REPORT`.",
						checked{"impact.report_file", "Invalid path", "must be the path of a file"}),
					"report_detail": text("How much the report and messages tell about people: `counts` (default), `ids` for object ids as well, or `people` for names and values, which only the report tells. Also `GOTOMEETING_IMPACT_REPORT_DETAIL`.",
						checked{"impact.report_detail", "Invalid choice", "must be counts, ids or people"}),
				}},
			"ca_certificate_file": text("PEM file of certificate authorities to trust besides the system's. Also `GOTOMEETING_CA_CERTIFICATE_FILE`.",
				checked{"ca_certificate_file", "Invalid path", "must be the path of a file"}),
		},
	}
}
