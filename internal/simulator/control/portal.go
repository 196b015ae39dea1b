// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func portalVerbs() []verb {
	onApplication := func(run func(w *world, p store.ServicePrincipal, args []string) error) func(*world, []string) (string, error) {
		return do(func(w *world, args []string) error {
			p, err := w.principal()
			if err != nil {
				return err
			}
			return run(w, p, args)
		})
	}
	onJob := func(run func(w *world, j store.Job, args []string) error) func(*world, []string) (string, error) {
		return do(func(w *world, args []string) error {
			j, err := w.job()
			if err != nil {
				return err
			}
			return run(w, j, args)
		})
	}
	return []verb{
		{"portal application", "[NAME]", "add the application from the gallery", func(w *world, args []string) (string, error) {
			_, p, err := w.Store().Instantiate(store.TemplateGoToMeeting, argument(args, 0, "GoToMeeting"), "")
			return p.ID + "\n", err
		}},
		{"portal delete-application", "[ID]", "delete the application; it goes to the recycle bin", do(deleteApplication)},
		{"portal restore-application", "", "restore it from the recycle bin", do(func(w *world, _ []string) error {
			for _, a := range w.Store().Applications(true) {
				return w.Store().Restore(a.ID)
			}
			return fmt.Errorf("the recycle bin contains no application")
		})},
		{"portal sso", "MODE", "set the single sign-on mode: saml, password or none", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			return w.Store().UpdateServicePrincipal(p.ID, func(p *store.ServicePrincipal) error {
				if p.Properties["preferredSingleSignOnMode"] = any(args[0]); args[0] == "none" {
					p.Properties["preferredSingleSignOnMode"] = nil
				}
				return nil
			})
		})},
		{"portal credentials", "[USER] [PASSWORD]", "enter the administrator's credentials; the correct ones by default", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			return putSecrets(w, p.ID, store.KeyValue{Key: "UserName", Value: argument(args, 0, store.AdminUserName)},
				store.KeyValue{Key: "Password", Value: argument(args, 1, store.AdminPassword)})
		})},
		{"portal authorize", "", "select Authorize, which stores tokens; requires the variant generation authorization", onApplication(func(w *world, p store.ServicePrincipal, _ []string) error {
			return w.Store().Authorize(p.ID)
		})},
		{"portal secret", "KEY [VALUE]", "set a stored setting by its key; without a value, remove it", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			return putSecrets(w, p.ID, store.KeyValue{Key: args[0], Value: argument(args, 1, "")})
		})},
		{"portal scope", "assigned|all", "choose who is provisioned", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			if args[0] != "assigned" && args[0] != "all" {
				return fmt.Errorf("%q is neither assigned nor all", args[0])
			}
			return putSecrets(w, p.ID, store.KeyValue{Key: "SyncAll", Value: strconv.FormatBool(args[0] == "all")})
		})},
		{"portal notification", "EMAIL", "set the address that is notified of quarantine", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			return putNotification(w, p.ID, func(n map[string]any) { n["Enabled"], n["Recipients"] = true, args[0] })
		})},
		{"portal threshold", "COUNT", "set the threshold of accidental deletions; 0 switches it off", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			count, err := number(args, 0)
			if err != nil {
				return err
			}
			return putNotification(w, p.ID, func(n map[string]any) { n["DeleteThresholdEnabled"], n["DeleteThresholdValue"] = count > 0, count })
		})},
		{"portal job", "", "set provisioning to automatic, which creates the job", func(w *world, _ []string) (string, error) {
			p, err := w.principal()
			if err != nil {
				return "", err
			}
			offered, err := w.Store().ConnectorsFor(p.ID)
			if err != nil {
				return "", err
			}
			if len(offered) == 0 {
				return "", fmt.Errorf("the application offers no connector")
			}
			j, err := w.Store().CreateJob(p.ID, offered[0].ID)
			return j.ID + "\n", err
		}},
		{"portal start", "", "switch provisioning on", onJob(func(w *world, j store.Job, _ []string) error { return w.Engine().Start(j.ServicePrincipalID, j.ID) })},
		{"portal pause", "", "switch provisioning off", onJob(func(w *world, j store.Job, _ []string) error { return w.Engine().Pause(j.ServicePrincipalID, j.ID) })},
		{"portal restart", "[SCOPE...]", "restart provisioning, such as with ForceDeletes", onJob(func(w *world, j store.Job, args []string) error {
			return w.Engine().Restart(j.ServicePrincipalID, j.ID, args)
		})},
		{"portal delete-job", "", "delete the job with all its data", onJob(func(w *world, j store.Job, _ []string) error {
			w.Engine().Forget(j.ID)
			return w.Store().DeleteJob(j.ServicePrincipalID, j.ID)
		})},
		{"portal mapping", "TARGET [EXPRESSION]", "change an attribute mapping; without an expression, remove it", onJob(func(w *world, j store.Job, args []string) error {
			return putMapping(w, j, args[0], argument(args, 1, ""))
		})},
		{"portal reset-mappings", "", "restore the default mappings", onJob(func(w *world, j store.Job, _ []string) error {
			return w.Store().ResetSchema(j.ServicePrincipalID, j.ID)
		})},
		{"portal assign", "WHO [ROLE]", "assign a person or a group; the role is User by default", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			who, err := w.anybody(args[0])
			if err != nil {
				return err
			}
			role, err := roleOf(p, argument(args, 1, store.RoleUser))
			if err != nil {
				return err
			}
			_, err = w.Store().Assign(p.ID, who, role.ID, store.AssignOptions{})
			return err
		})},
		{"portal unassign", "WHO", "remove all assignments of a person or a group", onApplication(func(w *world, p store.ServicePrincipal, args []string) error {
			who, err := w.anybody(args[0])
			if err != nil {
				return err
			}
			for _, a := range w.Store().Assignments(p.ID) {
				if a.PrincipalID == who {
					if err := w.Store().Unassign(p.ID, a.ID); err != nil {
						return err
					}
				}
			}
			return nil
		})},
		{"portal permissions", "CLIENT PERMISSION...", "set the permissions of a client: all, read-only, or names such as User.Read.All", do(func(w *world, args []string) error {
			permissions := args[1:]
			switch args[1] {
			case "all":
				permissions = append(simulator.DefaultPermissions(), "Directory.Read.All") // which only owners need
			case "read-only":
				permissions = simulator.ReadOnlyPermissions()
			}
			w.SetClientPermissions(args[0], permissions...)
			return nil
		})},
		{"portal client", "ID SECRET PERMISSION...", "register another client that can sign in, with permissions as above", do(func(w *world, args []string) error {
			w.AddClient(simulator.Client{ID: args[0], Secret: args[1]})
			_, err := Do(w.Server, append([]string{"portal permissions", args[0]}, args[2:]...)...)
			return err
		})},
		{"retire", "[off]", "retire the connector, as announced; off restores it", do(func(w *world, args []string) error {
			w.SetVariants(func(v *simulator.Variants) { v.NoTemplate = argument(args, 0, "") != "off" })
			return nil
		})},
		{"variant", "NAME [VALUE]", "choose a behavior that the documentation of the real service does not define, such as secrets-replace", do(func(w *world, args []string) error {
			var problem error
			w.SetVariants(func(v *simulator.Variants) { problem = SetVariant(v, args[0], argument(args, 1, "true")) })
			return problem
		})},
	}
}

// argument returns the argument at a position, or what stands for it.
func argument(args []string, at int, fallback string) string {
	if at < len(args) {
		return args[at]
	}
	return fallback
}

// number reads the first argument.
func number(args []string, fallback int) (int, error) {
	if len(args) == 0 {
		return fallback, nil
	}
	n, err := strconv.Atoi(args[0])
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is not a number of 0 or more", args[0])
	}
	return n, nil
}

func deleteApplication(w *world, args []string) error {
	id := argument(args, 0, "")
	if id == "" {
		p, err := w.principal()
		if err != nil {
			return err
		}
		id = p.AppID
	}
	for _, a := range w.Store().Applications(false) {
		p, err := w.Store().ServicePrincipalByAppID(a.AppID)
		if strings.EqualFold(a.ID, id) || strings.EqualFold(a.AppID, id) || err == nil && strings.EqualFold(p.ID, id) {
			return w.Store().DeleteApplication(a.ID)
		}
	}
	return fmt.Errorf("there is no application %s", id)
}

func putSecrets(w *world, principalID string, entries ...store.KeyValue) error {
	return w.Store().PutSecrets(principalID, entries, store.SecretOptions{})
}

// putNotification changes the document that holds the address and the threshold.
func putNotification(w *world, principalID string, change func(map[string]any)) error {
	settings := map[string]any{}
	if stored := w.Store().Secret(principalID, "SyncNotificationSettings"); stored != "" {
		if err := json.Unmarshal([]byte(stored), &settings); err != nil {
			return err
		}
	}
	change(settings)
	text, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	return putSecrets(w, principalID, store.KeyValue{Key: "SyncNotificationSettings", Value: string(text)})
}

func roleOf(p store.ServicePrincipal, name string) (store.AppRole, error) {
	at := slices.IndexFunc(p.Roles, func(r store.AppRole) bool {
		return strings.EqualFold(r.DisplayName, name) || strings.EqualFold(r.ID, name)
	})
	if at < 0 {
		return store.AppRole{}, fmt.Errorf("the application has no role %q", name)
	}
	return p.Roles[at], nil
}

// putMapping writes the schema of a job with another source of one target attribute.
func putMapping(w *world, j store.Job, target, expression string) error {
	var schema map[string]any
	decoder := json.NewDecoder(bytes.NewReader(j.Schema))
	decoder.UseNumber()
	if err := decoder.Decode(&schema); err != nil {
		return err
	}
	changed := false
	for _, rule := range objects(schema["synchronizationRules"]) {
		for _, mapping := range objects(rule["objectMappings"]) {
			attributes := objects(mapping["attributeMappings"])
			at := slices.IndexFunc(attributes, func(a map[string]any) bool { return a["targetAttributeName"] == target })
			if expression == "" && at >= 0 {
				attributes, changed = slices.Delete(attributes, at, at+1), true
			}
			if expression != "" {
				source, err := simulator.SourceJSON(expression)
				if err != nil {
					return err
				}
				if at < 0 {
					at, attributes = len(attributes), append(attributes, map[string]any{
						"targetAttributeName": target, "defaultValue": nil, "exportMissingReferences": false,
						"flowBehavior": "FlowWhenChanged", "flowType": "Always", "matchingPriority": 0,
					})
				}
				attributes[at]["source"], changed = source, true
			}
			mapping["attributeMappings"] = attributes
		}
	}
	if !changed {
		return fmt.Errorf("no mapping writes %q", target)
	}
	raw, err := json.Marshal(schema)
	if err != nil {
		return err
	}
	return w.Store().PutSchema(j.ServicePrincipalID, j.ID, raw, store.SchemaOptions{})
}

// objects returns the objects of a JSON list.
func objects(list any) []map[string]any {
	items, _ := list.([]any)
	found := make([]map[string]any, 0, len(items))
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			found = append(found, o)
		}
	}
	return found
}
