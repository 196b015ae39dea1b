// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Question is one thing about the service that nobody has written down.
type Question struct {
	Number  string // in the list of unknowns
	Asks    string
	Assumed string // what the provider takes for granted, or does in either case
	// Expected is the answer that the provider assumes; Ask returns one and what was seen.
	Expected string
	Changes  bool // needs an application of the run's own
	Ask      func(ctx context.Context, p *Probe) (answer, seen string, err error)
}

// Finding is what the tenant said to a question.
type Finding struct {
	Question
	Answer, Seen string
	NotAsked     string // why there is no answer, empty if there is one
}

// Verdict compares with what the provider assumed.
func (f Finding) Verdict() string {
	switch {
	case f.NotAsked != "":
		return "not asked: " + f.NotAsked
	case f.Answer == f.Expected:
		return "as assumed"
	}
	return "other than assumed"
}

// Probe asks the questions. What is its own it makes when a question needs it first.
type Probe struct {
	*Tenant
	// Change allows to make an application of its own and to change that.
	Change bool

	made                        bool
	problem                     error
	principal, application      string
	template, job               string
	instance, templates, unmade Answer
}

// Reason is an error that says why a question cannot be asked here.
type Reason string

func (r Reason) Error() string { return string(r) }

// Do is that of Tenant, but an operation that the service does not offer is not an answer to any question.
func (p *Probe) Do(ctx context.Context, method, path string, body any) (Answer, error) {
	answer, err := p.Tenant.Do(ctx, method, path, body)
	return answer, offered(answer, err)
}

// All is that of Tenant, with the same exception.
func (p *Probe) All(ctx context.Context, path string, most int) ([]map[string]any, Answer, error) {
	entries, last, err := p.Tenant.All(ctx, path, most)
	return entries, last, offered(last, err)
}

// Await is that of Tenant, with the same exception.
func (p *Probe) Await(ctx context.Context, path string, satisfies func(Answer) bool) (Answer, error) {
	answer, err := p.Tenant.Await(ctx, path, satisfies)
	return answer, offered(answer, err)
}

// offered is why an answer tells nothing.
func offered(a Answer, err error) error {
	if err == nil && a.Absent() {
		return Reason("the service does not offer an operation that it needs: " + a.Said())
	}
	return err
}

// Run asks every question and removes what it made. The error is that of cleaning up: what a question runs into is its
// finding.
func (p *Probe) Run(ctx context.Context) (findings []Finding, err error) {
	for _, q := range Questions() {
		f := Finding{Question: q}
		switch {
		case q.Changes && !p.Change:
			f.NotAsked = "it needs an application of its own, which only -change allows to make"
		default:
			answer, seen, err := q.Ask(ctx, p)
			var reason Reason
			switch {
			case errors.As(err, &reason):
				f.NotAsked = string(reason)
			case err != nil:
				f.NotAsked = "it failed: " + err.Error()
			default:
				f.Answer, f.Seen = answer, seen
			}
		}
		findings = append(findings, f)
	}
	// Also when somebody has interrupted it.
	_, err = p.CleanUp(context.WithoutCancel(ctx))
	return findings, err
}

// gallery returns the entry of the gallery.
func (p *Probe) gallery(ctx context.Context) (map[string]any, error) {
	entries, answer, err := p.All(ctx, "/applicationTemplates"+named(p.Settings.GalleryName), most)
	if err != nil {
		return nil, err
	}
	for _, t := range entries {
		if strings.EqualFold(text(t, "displayName"), p.Settings.GalleryName) {
			return t, nil
		}
	}
	return nil, Reason(fmt.Sprintf("the gallery has no entry named %q (%s)", p.Settings.GalleryName, answer.Said()))
}

// own makes the application of this run, once.
func (p *Probe) own(ctx context.Context) error {
	if !p.made {
		p.made = true
		p.problem = p.instantiate(ctx)
	}
	return p.problem
}

func (p *Probe) instantiate(ctx context.Context) error {
	if !p.Change {
		return Reason("it needs an application of its own, which only -change allows to make")
	}
	entry, err := p.gallery(ctx)
	if err != nil {
		return err
	}
	name, err := p.NewName()
	if err != nil {
		return err
	}
	if p.instance, err = p.Do(ctx, http.MethodPost, "/applicationTemplates/"+text(entry, "id")+"/instantiate", map[string]string{"displayName": name}); err != nil {
		return err
	}
	if !p.instance.OK() {
		return Reason("the application cannot be made: " + p.instance.Said())
	}
	id := func(member string) string {
		o, _ := p.instance.Body[member].(map[string]any)
		if value := text(o, "id"); value != "" {
			return value
		}
		return text(o, "objectId")
	}
	p.principal, p.application = id("servicePrincipal"), id("application")
	if err := p.Note(name, p.application, p.principal); err != nil {
		return err
	}
	ready := func(a Answer) bool { return a.OK() }
	if _, err := p.Await(ctx, "/servicePrincipals/"+p.principal, ready); err != nil {
		return err
	}
	// What a service principal without a job answers is a question of its own.
	p.templates, err = p.Await(ctx, p.sync("/templates"), func(a Answer) bool { return a.OK() && len(a.List()) > 0 || a.Code() == "TemplateNotFound" })
	if err != nil {
		return err
	}
	if p.unmade, err = p.Do(ctx, http.MethodGet, p.sync("/jobs"), nil); err != nil {
		return err
	}
	if found := p.templates.List(); len(found) > 0 {
		p.template = text(found[0], "id")
	}
	return nil
}

func (p *Probe) sync(rest string) string {
	return "/servicePrincipals/" + p.principal + "/synchronization" + rest
}

// ownJob makes a job of the own application, which stays off.
func (p *Probe) ownJob(ctx context.Context) error {
	if err := p.own(ctx); err != nil {
		return err
	}
	switch {
	case p.template == "":
		return Reason("the service offers no synchronization template, so that there is no job")
	case p.job != "":
		return nil
	}
	made, err := p.Do(ctx, http.MethodPost, p.sync("/jobs"), map[string]string{"templateId": p.template})
	if err != nil {
		return err
	}
	if !made.OK() {
		return Reason("the job cannot be made: " + made.Said())
	}
	p.job = made.Text("id")
	_, err = p.Await(ctx, p.onJob(""), func(a Answer) bool { return a.OK() })
	return err
}

func (p *Probe) onJob(rest string) string { return p.sync("/jobs/" + p.job + rest) }

// savedCredentials tests what is stored in the own application.
func (p *Probe) savedCredentials(ctx context.Context) (Answer, error) {
	return p.Do(ctx, http.MethodPost, p.sync("/jobs/validateCredentials"), map[string]any{"useSavedCredentials": true, "templateId": p.template, "credentials": []any{}})
}

// storeCredentials writes the credentials of the settings into the own application, which alone starts nothing.
func (p *Probe) storeCredentials(ctx context.Context) error {
	if err := p.own(ctx); err != nil {
		return err
	}
	switch {
	case p.template == "":
		return Reason("the service offers no synchronization template")
	case !p.Settings.HasCredentials():
		return Reason("it needs credentials for GoTo")
	case SignIn(p.templates.List()[0]) != Password:
		return Reason("the connector does not sign in by user name and password")
	}
	answer, err := p.put(ctx, "UserName", p.Settings.AdminUser, "Password", p.Settings.AdminPassword, "SyncAll", "false")
	if err != nil || !answer.OK() {
		return errorOr(err, answer)
	}
	_, _, err = p.stored(ctx, "Password", func(_ string, found bool) bool { return found })
	return err
}

// Report writes the findings as Markdown. The footer says how far the provider's own predictions were held against a live
// service.
func Report(findings []Finding, version string, live bool, at time.Time) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# What the service answered\n\nProvider %s. Each line is one of the points that Microsoft's documentation leaves open.\n\n", version)
	out.WriteString("| # | question | observed | the provider assumed | |\n| --- | --- | --- | --- | --- |\n")
	var r redaction
	cell := func(s string) string {
		return strings.NewReplacer("|", "\\|", "\n", "<br>").Replace(r.text(s))
	}
	for _, f := range findings {
		seen := f.Answer
		if f.Seen != "" && f.Seen != f.Answer {
			seen = strings.TrimPrefix(f.Answer+": "+f.Seen, ": ")
		}
		if f.NotAsked != "" {
			seen = ""
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s |\n", f.Number, cell(f.Asks), cell(seen), cell(f.Assumed), cell(f.Verdict()))
	}
	checked := "never"
	if live {
		checked = at.UTC().Format("2006-01-02") + ", provider " + version
	}
	fmt.Fprintf(&out, "\nPreview: predicted; checked against the live service: %s\n", checked)
	return out.String()
}
