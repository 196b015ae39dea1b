// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// WithoutIdentity is the instance as Terraform before 1.12 hands it over, and as a state that such a version wrote.
func (i *Instance) WithoutIdentity() *Instance {
	bare := *i
	bare.identity, bare.Identity = nil, nil
	return &bare
}

// AfterKill is the instance as Terraform stores it when the provider died under an apply: without identity and private data.
func (i *Instance) AfterKill() *Instance {
	bare := i.WithoutIdentity()
	bare.private = nil
	return bare
}

// WithIdentityOf is the instance with an identity that an earlier version of the provider wrote.
func (p *Protocol) WithIdentityOf(one *Instance, version int64, identity map[string]any) (*Instance, Diagnostics) {
	p.t.Helper()
	raw, err := json.Marshal(identity)
	if err != nil {
		p.t.Fatal(err)
	}
	upgraded, err := p.Server.UpgradeResourceIdentity(p.ctx(), &tfprotov6.UpgradeResourceIdentityRequest{
		TypeName: one.TypeName, Version: version, RawIdentity: &tfprotov6.RawState{JSON: raw},
	})
	p.must(err, nil)
	found := diagnosticsFrom(upgraded.Diagnostics)
	if found.HasError() {
		return nil, found
	}
	return p.instance(one.TypeName, one.state, upgraded.UpgradedIdentity, one.private), found
}
