// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package control

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

func lookVerbs() []verb {
	return []verb{
		{"ids", "", "print the ids that configurations need", func(w *world, _ []string) (string, error) {
			var out strings.Builder
			for _, e := range idsOf(w) {
				fmt.Fprintf(&out, "%s=%s\n", e.Key, e.Value)
			}
			return out.String(), nil
		}},
		{"id", "NAME", "print one of them, or the id of a person or a group", func(w *world, args []string) (string, error) {
			for _, e := range idsOf(w) {
				if e.Key == args[0] {
					return e.Value + "\n", nil
				}
			}
			id, err := w.anybody(args[0])
			return id + "\n", err
		}},
		{"people", "", "list everybody in the directory", table(func(w *world) [][]string {
			rows := [][]string{{"ID", "NAME", "DISPLAY NAME", "STATE"}}
			for u := range w.Store().EachUser() {
				state := "enabled"
				switch {
				case !u.DeletedAt.IsZero():
					state = "deleted"
				case !u.AccountEnabled:
					state = "blocked"
				}
				rows = append(rows, []string{u.ID, u.UserPrincipalName, u.DisplayName, state})
			}
			return rows
		})},
		{"groups", "", "the groups", table(func(w *world) [][]string {
			rows := [][]string{{"ID", "NAME", "MEMBERS"}}
			for g := range w.Store().EachGroup() {
				rows = append(rows, []string{g.ID, g.DisplayName, fmt.Sprint(len(g.Members))})
			}
			return rows
		})},
		{"assignments", "", "list the assignments", table(func(w *world) [][]string {
			rows := [][]string{{"NAME", "KIND", "ROLE"}}
			p, err := w.principal()
			if err != nil {
				return rows
			}
			for _, a := range w.Store().Assignments(p.ID) {
				role, _ := p.Role(a.RoleID)
				rows = append(rows, []string{w.Store().NameOf(a.PrincipalID), a.PrincipalKind, role.DisplayName})
			}
			return rows
		})},
		{"accounts", "", "list the accounts at GoTo", table(func(w *world) [][]string {
			rows := [][]string{{"KEY", "EMAIL", "FIRST NAME", "LAST NAME", "STATE"}}
			for _, a := range w.Store().Accounts() {
				state := "disabled"
				if a.Active {
					state = "active"
				}
				rows = append(rows, []string{a.Key, a.Email, strings.Join(a.Attributes["firstName"], " "), strings.Join(a.Attributes["lastName"], " "), state})
			}
			return rows
		})},
		{"job", "", "print the state of the job", func(w *world, _ []string) (string, error) {
			j, err := w.job()
			if err != nil {
				return "", err
			}
			text := fmt.Sprintf("%s\nschedule %s, status %s\n", j.ID, j.Schedule, j.Status.Code)
			if q := j.Status.Quarantine; q != nil {
				text += fmt.Sprintf("quarantine %s, next attempt %s\n", q.Reason, q.NextAttempt.UTC().Format("2006-01-02T15:04:05Z"))
			}
			return text, nil
		}},
		{"log", "[COUNT]", "print the last lines of the provisioning log", func(w *world, args []string) (string, error) {
			return rowsOf(w, args, func(w *world) [][]string {
				var rows [][]string
				for _, e := range w.Store().Log() {
					problem := ""
					if e.Error != nil {
						problem = e.Error.Code
					}
					rows = append(rows, []string{e.At.UTC().Format("2006-01-02T15:04:05Z"), e.Action, e.Status, e.SourceName, problem})
				}
				return rows
			})
		}},
		{"requests", "[COUNT]", "print the last requests", func(w *world, args []string) (string, error) {
			return rowsOf(w, args, func(w *world) [][]string {
				var rows [][]string
				for _, r := range w.Log().All() {
					rows = append(rows, []string{fmt.Sprint(r.Status), r.Method, r.Path})
				}
				return rows
			})
		}},
		{"forget-requests", "", "forget them", do(func(w *world, _ []string) error { w.Log().Reset(); return nil })},
		{"environment", "", "print the addresses that a client needs", func(w *world, _ []string) (string, error) {
			return fmt.Sprintf("graph %s\nsign-in %s\ngoto %s\n", w.GraphURL(), w.AuthorityURL(), w.GoToURL()), nil
		}},
		{"scenarios", "", "list the scenarios to start with, and the commands of each", func(*world, []string) (string, error) { return scenarioHelp(), nil }},
		{"scenario", "NAME", "run a scenario", func(w *world, args []string) (string, error) { return "", RunScenario(w.Server, args[0]) }},
	}
}

// idsOf lists the ids that configurations name, as far as they are there.
func idsOf(w *world) []store.KeyValue {
	list := []store.KeyValue{{Key: "tenant", Value: w.TenantID()}, {Key: "client", Value: w.ClientID()}, {Key: "planner", Value: PlannerID}}
	if p, err := w.principal(); err == nil {
		for _, a := range w.Store().Applications(false) {
			if a.AppID == p.AppID {
				list = append(list, store.KeyValue{Key: "application", Value: a.ID})
			}
		}
		list = append(list, store.KeyValue{Key: "service_principal", Value: p.ID})
		if offered, err := w.Store().ConnectorsFor(p.ID); err == nil && len(offered) > 0 {
			list = append(list, store.KeyValue{Key: "template", Value: offered[0].ID})
		}
		for _, r := range p.Roles {
			list = append(list, store.KeyValue{Key: "role:" + r.DisplayName, Value: r.ID})
		}
	}
	if j, err := w.job(); err == nil {
		list = append(list, store.KeyValue{Key: "job", Value: j.ID}, store.KeyValue{Key: "connection", Value: j.ServicePrincipalID + "/" + j.ID})
	}
	for g := range w.Store().EachGroup() {
		list = append(list, store.KeyValue{Key: "group:" + g.DisplayName, Value: g.ID})
	}
	return list
}

// PlannerID and PlannerSecret are those of a client that may only read, for plans without the right to change anything.
const (
	PlannerID     = "66666666-6666-4666-8666-666666666666"
	PlannerSecret = "simulated-planner-secret"
)

// Planner is that client.
func Planner() simulator.Client {
	return simulator.Client{ID: PlannerID, Secret: PlannerSecret, Permissions: simulator.ReadOnlyPermissions()}
}

func table(rows func(*world) [][]string) func(*world, []string) (string, error) {
	return func(w *world, _ []string) (string, error) { return aligned(rows(w)), nil }
}

// rowsOf shows the last rows, twenty unless asked for another number.
func rowsOf(w *world, args []string, rows func(*world) [][]string) (string, error) {
	count, err := number(args, 20)
	if err != nil {
		return "", err
	}
	all := rows(w)
	return aligned(slices.Clone(all[max(0, len(all)-count):])), nil
}

func aligned(rows [][]string) string {
	var out strings.Builder
	columns := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		fmt.Fprintln(columns, strings.Join(row, "\t"))
	}
	_ = columns.Flush() // a builder takes everything
	return out.String()
}
