// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package acctest

import (
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Invoke checks the configuration of an action and runs it. It returns the progress messages in order.
func (p *Protocol) Invoke(typeName string, config map[string]any) (progress []string, diagnostics Diagnostics) {
	p.t.Helper()
	server, ok := p.Server.(tfprotov6.ProviderServerWithActions)
	if !ok {
		p.t.Fatal("the provider has no actions")
	}
	schema, ok := p.schemas.ActionSchemas[typeName]
	if !ok {
		p.t.Fatalf("the provider has no action %s", typeName)
	}
	value := p.encode(schema.Schema, config)
	checked, err := server.ValidateActionConfig(p.ctx(), &tfprotov6.ValidateActionConfigRequest{ActionType: typeName, Config: value})
	p.must(err, nil)
	if diagnostics = diagnosticsFrom(checked.Diagnostics); diagnostics.HasError() {
		return nil, diagnostics
	}
	stream, err := server.InvokeAction(p.ctx(), &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: value})
	p.must(err, nil)
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			diagnostics = append(diagnostics, diagnosticsFrom(event.Diagnostics)...)
		}
	}
	return progress, diagnostics
}
