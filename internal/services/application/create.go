// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/attribute"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/timeout"
)

// Create instantiates the gallery entry and waits until every part of the service that comes next knows the result.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, cancel := timeout.Bound(ctx, plan.Timeouts.Create, createTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}

	if plan.ApplicationTemplateID.IsUnknown() || plan.GalleryName.IsUnknown() { // not known while planning
		template, diags := findTemplate(ctx, r.data.Graph, plan.GalleryName.ValueString(), plan.ApplicationTemplateID.ValueString())
		resp.Diagnostics.Append(diags...)
		if !resp.Diagnostics.HasError() {
			resp.Diagnostics.Append(refuseWithoutConnector(template, plan.ApplicationTemplateID.IsUnknown())...)
		}
		if resp.Diagnostics.HasError() {
			return
		}
		plan.ApplicationTemplateID, plan.GalleryName = types.StringValue(template.ID), types.StringValue(template.DisplayName)
	}
	key := applicationKey{plan.ApplicationTemplateID.ValueString(), plan.DisplayName.ValueString()}
	defer r.data.Lock(key.String())() // two resources of one configuration that mean the same application
	if resp.Diagnostics.Append(r.refuseExisting(ctx, key)...); resp.Diagnostics.HasError() {
		return
	}
	remembered(r.data).created.Give(key, "")
	made, diags := r.instantiate(ctx, key, plan)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	app, sp := made.application, made.principal
	remembered(r.data).created.Give(key, sp.ID)
	resp.Diagnostics.Append(plan.fromServicePrincipal(ctx, sp)...)
	plan.ApplicationTemplateID = types.StringValue(key.templateID)
	plan.DisplayName = types.StringValue(key.displayName)
	plan.ApplicationObjectID = attribute.Text(app.ID)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, keyNamed, plan.named())...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity{plan.ServicePrincipalID})...)
	if resp.Diagnostics.HasError() {
		return
	}
	ready, retired, err := r.waitUntilKnown(ctx, sp.ID)
	if retired {
		resp.Diagnostics.Append(r.takeBack(ctx, plan, &resp.State)...)
		return
	}
	if err != nil {
		// The application exists. An error here would taint it, and the next apply would delete it.
		resp.Diagnostics.AddWarning("The application is not available everywhere yet",
			"The application was created, but not every part of the service knows it yet. Resources that depend on it may fail; in that case, apply again in a few minutes.\n\n"+err.Error())
		return
	}
	if owners := writeOwners(ctx, r.data.Graph, plan, nil); owners.HasError() {
		// Likewise. The next plan shows who is not an owner yet.
		resp.Diagnostics.AddAttributeWarning(path.Root("owner_ids"), "The owners are not all set yet",
			"The application was created, but: "+owners[0].Detail()+"\n\nThe next plan shows the missing owners, and its apply sets them.")
	}
	if len(ready.AppRoles) > 0 {
		roles, diags := rolesFromGraph(ctx, ready.AppRoles)
		resp.Diagnostics.Append(diags...)
		plan.AppRoles = roles
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// refuseExisting stops before a duplicate is made, of what the tenant had or of what this run made already.
func (r *Resource) refuseExisting(ctx context.Context, key applicationKey) diag.Diagnostics {
	if twin := r.refuseTwin(key); twin.HasError() {
		return twin
	}
	found, planned := remembered(r.data).found.Take(key)
	if !planned {
		var err error
		if found, err = existing(ctx, r.data.Graph, key); err != nil {
			return diag.Diagnostics{graphdiag.Error("Cannot look up the application", err)}
		}
	}
	foreign, _ := remembered(r.data).split(found)
	return refuseDuplicate(foreign)
}

// refuseTwin stops the second of two resources that mean the same application.
func (r *Resource) refuseTwin(key applicationKey) diag.Diagnostics {
	if id, _ := remembered(r.data).created.Look(key); id != "" {
		return declaredTwice(key, id)
	}
	return nil
}

func declaredTwice(key applicationKey, id string) diag.Diagnostics {
	return attributeError("display_name", "The application is declared twice",
		fmt.Sprintf("Another `gotomeeting_application` of this configuration with the same gallery entry and the name %q was just created (service principal %s). No "+
			"second application was created. Use a different `display_name` for one of them, or remove it.", key.displayName, id))
}

// instance is what the service makes of a gallery entry.
type instance struct {
	application graph.Application
	principal   graph.ServicePrincipal
}

// instantiate makes the application. When the answer is lost, what is there decides: the call is not idempotent.
func (r *Resource) instantiate(ctx context.Context, key applicationKey, plan model) (instance, diag.Diagnostics) {
	making := graph.Making[instance]{
		What: "the application to appear",
		ID:   func(i instance) string { return i.principal.ID },
		Make: func(ctx context.Context) (made instance, err error) {
			made.application, made.principal, err = r.data.Graph.InstantiateApplicationTemplate(ctx, key.templateID,
				graph.NewApplication{DisplayName: key.displayName, ServiceManagementReference: plan.ServiceManagement.ValueString()})
			return made, err
		},
		Find: func(ctx context.Context) (all []instance, err error) {
			found, err := existing(ctx, r.data.Graph, key)
			found, _ = remembered(r.data).split(found)
			for _, principal := range found {
				all = append(all, instance{principal: principal})
			}
			return all, err
		},
		Undo: func(ctx context.Context, i instance) error {
			return r.data.Graph.DeleteApplication(ctx, i.application.ID)
		},
	}
	made, err := making.Do(ctx, r.data.Graph)
	one := made.It
	if open, ok := errors.AsType[*graph.OpenError](err); ok {
		hint := fmt.Sprintf("No application named %q of this gallery entry has appeared.", key.displayName)
		if open.Look != nil {
			hint = fmt.Sprintf("Looking for an application named %q of this gallery entry also failed: %s.", key.displayName, open.Look)
		}
		return one, diag.Diagnostics{graphdiag.Error("Cannot determine whether the application was created", open.Unwrap(),
			hint+" Apply again: the provider checks again before it creates anything, and if the application has appeared by then, the error contains the import block.")}
	}
	if err != nil {
		return one, diag.Diagnostics{graphdiag.Error("Cannot create the application", err, needsReference(plan, err)...)}
	}
	var diags diag.Diagnostics
	switch {
	case made.Twin != nil:
		diags.AddWarning("The application exists twice", fmt.Sprintf("The service's response to the first request was lost. Because no application had appeared, it was created again (service principal %s). "+
			"The first application has appeared since then. Delete it in the portal, or import it with this block, apply, and then remove the block and its resource:\n\n%s", one.principal.ID, importblock.One("gotomeeting_application", made.Twin.principal.ID)))
	case made.Unsure:
		diags.AddWarning("The application may exist twice", fmt.Sprintf("The service's response to the first request was lost. Because no application had appeared, it was created again (service principal "+
			"%s). The service does not list it yet, so it is unknown whether the first application exists too. In a few minutes, look for a second application named %q in the portal, and delete it.", one.principal.ID, key.displayName))
	}
	if one.application.ID == "" {
		// Without the registration the next refresh looks for it again.
		_, _ = graph.Settle(ctx, r.data.Graph, "the registration to appear", func(ctx context.Context) (bool, error) {
			one.application, err = r.data.Graph.GetApplicationByAppID(ctx, one.principal.AppID)
			return !graph.IsNotFound(err), nil
		})
	}
	return one, diags
}

// takeBack deletes an application that was just made and offers no connector, before anything depends on it.
func (r *Resource) takeBack(ctx context.Context, plan model, state *tfsdk.State) diag.Diagnostics {
	err := r.deleteApplication(ctx, plan)
	if err != nil {
		return append(connectorRetired(plan.GalleryName.ValueString(), "The application was created and could not be deleted again. Destroy it."), graphdiag.Error("Cannot delete the application", err))
	}
	remembered(r.data).created.Take(applicationKey{plan.ApplicationTemplateID.ValueString(), plan.DisplayName.ValueString()})
	state.RemoveResource(ctx)
	return connectorRetired(plan.GalleryName.ValueString(), "The new application was deleted again; nothing else was created.")
}

// waitUntilKnown returns once the service principal and its synchronization endpoint both answer. It is retired when that offers
// no connector, also after a while.
func (r *Resource) waitUntilKnown(ctx context.Context, id string) (sp graph.ServicePrincipal, retired bool, err error) {
	err = r.data.Graph.Poll(ctx, "the service principal to be readable", func(ctx context.Context) (bool, string, error) {
		var err error
		sp, err = r.data.Graph.GetServicePrincipal(ctx, id)
		if graph.IsNotFound(err) {
			return false, "not found", nil
		}
		return err == nil, "", err
	})
	if err != nil {
		return sp, false, err
	}
	offered, err := r.data.AwaitSyncTemplates(ctx, id)
	if graph.IsPermissionDenied(err) {
		return sp, false, nil // whoever manages the connection needs that permission; creating the application does not
	}
	return sp, err == nil && len(offered) == 0, err
}
