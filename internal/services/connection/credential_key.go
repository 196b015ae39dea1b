// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package connection

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
)

// credentialKey checks a key of credentials_wo and connector_settings against the service's enumeration: it answers a
// key in the wrong case with an internal error. A key that does not resemble any known key is allowed, since the service may add keys.
type credentialKey struct {
	// setting says that the value is kept in the state, where no secret belongs.
	setting bool
}

func (credentialKey) Description(context.Context) string {
	return "must be a key of the service, in its spelling"
}

func (v credentialKey) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// alwaysSecret are the keys whose names say that the value is a secret.
var alwaysSecret = []string{"SecretToken", "AppKey", "ClientSecret", "ConsumerSecret", "TokenKey", "Oauth2AccessToken", "Oauth2RefreshToken",
	"Oauth2ClientSecret", "Oauth2AuthorizationCode", "ConnectionString"}

func (v credentialKey) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	key := req.ConfigValue.ValueString()
	if key == "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Unknown key", "The key is empty. Use the service's name of the setting, such as \"BaseAddress\".")
		return
	}
	if a, owned := owner(key); owned {
		resp.Diagnostics.AddAttributeError(req.Path, "Key with a separate attribute",
			fmt.Sprintf("%q is set by the attribute `%s`. Use that instead.", key, a.attribute))
		return
	}
	if slices.Contains(graph.SecretKeys, key) {
		if v.setting && slices.Contains(alwaysSecret, key) {
			resp.Diagnostics.AddAttributeError(req.Path, "Secret among the settings",
				fmt.Sprintf("%q is a secret, and `connector_settings` is stored in the state. Set it in `credentials_wo`.", key))
		}
		return
	}
	if closest := suggest.NearestWithin(2, key, graph.SecretKeys); closest != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Unknown key",
			fmt.Sprintf("The service does not have a key %q; keys are case-sensitive. Did you mean %q?", key, closest))
	}
}
