// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package application

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graph"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/graphdiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/importblock"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/memo"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// findTemplate resolves the gallery entry that the configuration means; both arguments may be empty. Gallery names are not unique: the exact
// spelling wins, then an entry that can provision; anything else is for the user to decide.
func findTemplate(ctx context.Context, client *graph.Client, galleryName, templateID string) (graph.ApplicationTemplate, diag.Diagnostics) {
	if templateID != "" {
		template, err := client.GetApplicationTemplate(ctx, templateID)
		if graph.IsNotFound(err) {
			return template, attributeError("application_template_id", "No such gallery application",
				fmt.Sprintf("The gallery has no application with the id %q. Set `gallery_name` to the name of the gallery entry instead.", templateID))
		}
		if err != nil {
			return template, diag.Diagnostics{graphdiag.Error("Cannot read the application gallery", err)}
		}
		if galleryName != "" && galleryName != template.DisplayName {
			return template, attributeError("gallery_name", "Gallery name and template id disagree",
				fmt.Sprintf("`application_template_id` is the id of %q, but `gallery_name` is %q. Make them agree, or omit one.", template.DisplayName, galleryName))
		}
		return template, nil
	}
	if galleryName == "" {
		galleryName = defaultGalleryName
	}
	templates, err := client.ListApplicationTemplates(ctx, galleryName)
	if err != nil {
		return graph.ApplicationTemplate{}, diag.Diagnostics{graphdiag.Error("Cannot read the application gallery", err)}
	}
	exact := slices.DeleteFunc(slices.Clone(templates), func(t graph.ApplicationTemplate) bool { return t.DisplayName != galleryName })
	if len(exact) > 0 {
		templates = exact
	}
	if len(templates) > 1 {
		provisioning := slices.DeleteFunc(slices.Clone(templates), func(t graph.ApplicationTemplate) bool { return !t.CanProvision() })
		if len(provisioning) > 0 {
			templates = provisioning
		}
	}
	switch len(templates) {
	case 0:
		return graph.ApplicationTemplate{}, attributeError("gallery_name", "No such gallery application",
			fmt.Sprintf("The application gallery of this cloud has no application named %q. Gallery names are spelled exactly as the portal shows them; "+
				"few gallery applications exist in the national clouds.", galleryName))
	case 1:
		if templates[0].DisplayName != galleryName {
			return graph.ApplicationTemplate{}, attributeError("gallery_name", "Gallery name is spelled differently",
				fmt.Sprintf("The gallery has no application named %q, but one named %q. Use that spelling.", galleryName, templates[0].DisplayName))
		}
		return templates[0], nil
	}
	candidates := make([]string, len(templates))
	for i, t := range templates {
		candidates[i] = fmt.Sprintf("%s (%s, publisher %s)", t.ID, t.DisplayName, t.Publisher)
	}
	return graph.ApplicationTemplate{}, attributeError("gallery_name", "Several gallery applications have this name",
		fmt.Sprintf("%d gallery applications are named %q. Set `application_template_id` to the id of the intended one:\n%s", len(templates), galleryName, graphdiag.Lines(candidates)))
}

// refuseWithoutConnector stops before an application is created that can never provision anybody. byName says which
// attribute chose it.
func refuseWithoutConnector(template graph.ApplicationTemplate, byName bool) diag.Diagnostics {
	if template.CanProvision() {
		return nil
	}
	return attributeError(map[bool]string{true: "gallery_name", false: "application_template_id"}[byName], "The gallery application cannot provision accounts",
		fmt.Sprintf("According to the gallery, %q (%s) does not support automatic provisioning. Microsoft has announced that it will retire the provisioning connector of the GoToMeeting "+
			"application; its successor is the gallery application `GoTo`: set `gallery_name = \"GoTo\"`. Single sign-on is not affected. Nothing was created.", template.DisplayName, template.ID))
}

func attributeError(attribute, summary, detail string) diag.Diagnostics {
	return diag.Diagnostics{diag.NewAttributeErrorDiagnostic(path.Root(attribute), summary, detail)}
}

// refuseRetired stops before an application is created when one from the same gallery entry is there and offers no connector: the
// gallery may go on listing an entry whose connector was retired.
func (r *Resource) refuseRetired(ctx context.Context, template graph.ApplicationTemplate, sisters []graph.ServicePrincipal) diag.Diagnostics {
	for _, sister := range sisters {
		offered, err := r.data.AwaitSyncTemplates(ctx, sister.ID) // one empty answer proves nothing
		if err != nil || len(offered) > 0 {
			return nil // the apply finds out
		}
	}
	if len(sisters) == 0 {
		return nil
	}
	return connectorRetired(template.DisplayName, fmt.Sprintf("The application %q (service principal %s), created from the same gallery entry, offers no provisioning connector. Nothing was created.",
		sisters[0].DisplayName, sisters[0].ID))
}

func connectorRetired(galleryName, what string) diag.Diagnostics {
	return attributeError("gallery_name", "The gallery application cannot provision accounts",
		fmt.Sprintf("The service no longer offers a provisioning connector for %q, although the gallery lists it. %s Microsoft has announced that it will retire the provisioning connector of the GoToMeeting "+
			"application; its successor is the gallery application `GoTo`: set `gallery_name = \"GoTo\"`. Single sign-on of existing applications is not affected.", galleryName, what))
}

// madeFrom returns the service principals that were made from a gallery entry.
func madeFrom(ctx context.Context, client *graph.Client, templateID string) ([]graph.ServicePrincipal, error) {
	found, err := client.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{ApplicationTemplateID: templateID})
	return slices.DeleteFunc(found, func(sp graph.ServicePrincipal) bool { return !strings.EqualFold(sp.ApplicationTemplateID, templateID) }), err
}

// existing returns the service principals that instantiating would duplicate.
func existing(ctx context.Context, client *graph.Client, key applicationKey) ([]graph.ServicePrincipal, error) {
	found, err := client.ListServicePrincipals(ctx, graph.ServicePrincipalFilter{DisplayName: key.displayName, ApplicationTemplateID: key.templateID})
	return key.among(found), err
}

// among returns those service principals that an application of this key would duplicate.
func (k applicationKey) among(found []graph.ServicePrincipal) []graph.ServicePrincipal {
	return slices.DeleteFunc(slices.Clone(found), func(sp graph.ServicePrincipal) bool {
		return !strings.EqualFold(sp.ApplicationTemplateID, k.templateID) || sp.DisplayName != k.displayName
	})
}

// refuseDuplicate points to import when the application is there already.
func refuseDuplicate(found []graph.ServicePrincipal) diag.Diagnostics {
	if len(found) == 0 {
		return nil
	}
	if len(found) > 1 {
		ids := make([]string, len(found))
		for i, sp := range found {
			ids[i] = sp.ID
		}
		return attributeError("display_name", "The application already exists",
			fmt.Sprintf("The tenant has %d applications named %q from the same gallery entry:\n%s\nImport the intended one, or choose a different `display_name`.",
				len(found), found[0].DisplayName, graphdiag.Lines(ids)))
	}
	return attributeError("display_name", "The application already exists",
		fmt.Sprintf("The tenant has an application named %q from the same gallery entry. Creating it again would result in a second "+
			"one. Import it with this block, replacing NAME with the name of the resource, or choose a different `display_name`:\n\n%s", found[0].DisplayName, importblock.One("gotomeeting_application", found[0].ID)))
}

// warnReplaced speaks of an application that is in the state already: Terraform does not tell whether it is to be deleted
// first.
func warnReplaced(own []graph.ServicePrincipal) diag.Diagnostics {
	if len(own) == 0 {
		return nil
	}
	return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("display_name"), "An application of this name is in the state",
		fmt.Sprintf("The state contains an application named %q from the same gallery entry (service principal %s). If this plan replaces it, its single sign-on, assignments, and roles are deleted with "+
			"it; if it is only marked as tainted, `terraform untaint` keeps it. If this plan does not replace it, the apply will refuse to create a second one.", own[0].DisplayName, own[0].ID))}
}

// warnDeleted reports a namesake in the recycle bin, which could be restored with its settings instead.
func warnDeleted(deleted []graph.DeletedObject, templateID string) diag.Diagnostics {
	for _, object := range deleted {
		if object.ApplicationTemplateID != "" && !strings.EqualFold(object.ApplicationTemplateID, templateID) {
			continue
		}
		return diag.Diagnostics{diag.NewAttributeWarningDiagnostic(path.Root("display_name"), "A deleted application has the same name",
			fmt.Sprintf("The tenant's recycle bin contains an application named %q (deleted %s). This plan creates a new "+
				"one. If you want the old one back with its settings, restore it within 30 days of its deletion (Microsoft Graph `POST /directory/deletedItems/%s/restore`) and import it.",
				object.DisplayName, object.DeletedDateTime, object.ID))}
	}
	return nil
}

// applicationKey is what makes two applications the same to Create: gallery entry and name.
type applicationKey struct{ templateID, displayName string }

func (k applicationKey) String() string { return k.templateID + " " + k.displayName }

// memory is what one run remembers of applications.
type memory struct {
	// found are the applications that planning found, for the apply that follows.
	found memo.Handover[applicationKey, []graph.ServicePrincipal]
	// own are service principals that are in the state, or were until a moment ago. Terraform does not tell that a
	// resource which it creates replaces one: without this, what is about to be deleted or was just deleted would look
	// like a duplicate.
	own memo.Set[string]
	// forced are those of them that a destroy deletes whatever they are used for.
	forced memo.Set[string]
	// lapsed are the display names of applications that were in the state when this run began and are not there anymore.
	lapsed memo.Set[string]
	// created are the service principals of applications that this run creates: "" until the answer arrives, while
	// listings may show one already.
	created memo.Handover[applicationKey, string]
}

type memoryKey struct{}

func remembered(data *providerdata.Data) *memory {
	return providerdata.Shared(data, memoryKey{}, func() *memory {
		m := &memory{}
		m.found.MaxAge, m.found.Clock = providerdata.PlannedAge, data.Graph.Clock()
		m.created.MaxAge, m.created.Clock = math.MaxInt64, data.Graph.Clock()
		return m
	})
}

// split tells applications from elsewhere from those of the state.
func (m *memory) split(found []graph.ServicePrincipal) (foreign, own []graph.ServicePrincipal) {
	for _, sp := range found {
		if m.own.Has(sp.ID) {
			own = append(own, sp)
		} else {
			foreign = append(foreign, sp)
		}
	}
	return foreign, own
}
