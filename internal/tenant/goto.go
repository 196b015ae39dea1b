// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package tenant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// admin is GoTo's Admin API, which is only read.
type admin struct {
	tenant  *Tenant
	token   string
	account string // path of the account's lists
	me      goToAnswer
}

// goToAnswer is what GoTo said. Numbers keep all of their digits.
type goToAnswer struct {
	Status int
	Body   map[string]any
}

// administer signs in to GoTo as the provider does.
func administer(ctx context.Context, p *Probe) (*admin, error) {
	s := p.access.GoTo
	if s.ClientID == "" || s.PersonalAccessToken == "" {
		return nil, Reason("there are no credentials for GoTo's Admin API (GOTO_CLIENT_ID and others)")
	}
	a := &admin{tenant: p.Tenant}
	answer, err := exchangeToken(ctx, p.Tenant)
	if err != nil {
		return nil, err
	}
	if a.token, _ = answer.Body["access_token"].(string); a.token == "" {
		return nil, Reason(fmt.Sprintf("GoTo does not accept the personal access token: %d %v", answer.Status, answer.Body["error"]))
	}
	if a.me, err = a.get(ctx, "/me"); err != nil {
		return nil, err
	}
	key := s.AccountKey
	if key == "" {
		key = fmt.Sprint(a.me.Body["accountKey"])
	}
	if a.me.Status != http.StatusOK || key == "" || key == fmt.Sprint(nil) {
		return nil, Reason(fmt.Sprintf("GoTo does not say which account the administrator has: %d", a.me.Status))
	}
	a.account = "/accounts/" + url.PathEscape(key)
	return a, nil
}

// exchangeToken swaps the personal access token for an access token.
func exchangeToken(ctx context.Context, t *Tenant) (goToAnswer, error) {
	form := url.Values{"grant_type": {"personal_access_token"}, "pat": {t.access.GoTo.PersonalAccessToken}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.access.GoTo.TokenEndpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return goToAnswer{}, err
	}
	r.SetBasicAuth(t.access.GoTo.ClientID, t.access.GoTo.ClientSecret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return sendToGoTo(t, r)
}

func (a *admin) get(ctx context.Context, path string) (goToAnswer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.tenant.access.GoTo.Endpoint+"/admin/rest/v1"+path, nil)
	if err != nil {
		return goToAnswer{}, err
	}
	r.Header.Set("Authorization", "Bearer "+a.token)
	return sendToGoTo(a.tenant, r)
}

// list is get for one of the account's lists, which has to be there for a question to be asked.
func (a *admin) list(ctx context.Context, path string) (goToAnswer, error) {
	answer, err := a.get(ctx, a.account+path)
	if err == nil && answer.Status != http.StatusOK {
		err = Reason(fmt.Sprintf("GoTo does not list them: %d", answer.Status))
	}
	return answer, err
}

func sendToGoTo(t *Tenant, r *http.Request) (goToAnswer, error) {
	response, err := t.access.HTTPClient.Do(r)
	if err != nil {
		return goToAnswer{}, err
	}
	defer func() { _ = response.Body.Close() }() // it was read
	answer := goToAnswer{Status: response.StatusCode}
	decoder := json.NewDecoder(io.LimitReader(response.Body, mostAnswer))
	decoder.UseNumber()
	_ = decoder.Decode(&answer.Body) // that of a proxy is not JSON
	return answer, nil
}

// form says how a key is written.
func form(keys ...any) string {
	forms := map[string]bool{}
	for _, key := range keys {
		switch key.(type) {
		case string:
			forms["text"] = true
		case json.Number:
			forms["numbers"] = true
		}
	}
	switch {
	case len(forms) == 2:
		return "text and numbers"
	case forms["numbers"]:
		return "numbers"
	case forms["text"]:
		return "text"
	}
	return ""
}

// asGoTo asks a question that needs a signed-in administrator.
func asGoTo(ask func(context.Context, *admin) (answer, seen string, err error)) func(context.Context, *Probe) (string, string, error) {
	return func(ctx context.Context, p *Probe) (string, string, error) {
		a, err := administer(ctx, p)
		if err != nil {
			return "", "", err
		}
		return ask(ctx, a)
	}
}

// documentedStatus are the words that have been seen for an account.
var documentedStatus = []string{"ACTIVE", "INVITED", "SUSPENDED"}

// goToQuestions are about GoTo's own services, which are read and never changed.
func goToQuestions() []Question {
	return []Question{
		{
			Number: "GoTo", Asks: "Does GoTo accept a personal access token of the OAuth client?", Expected: yes,
			Assumed: "yes; where the grant is refused, the error says how to allow it",
			Ask: func(ctx context.Context, p *Probe) (string, string, error) {
				_, err := administer(ctx, p)
				var reason Reason
				if errors.As(err, &reason) && p.access.GoTo.ClientID != "" {
					return no, string(reason), nil
				}
				return yes, "", err
			},
		},
		{
			Number: "GoTo", Asks: "How are the keys of users and licenses written?", Expected: "text",
			Assumed: "either: keys of 19 digits are read as text or as numbers, without losing a digit",
			Ask: asGoTo(func(ctx context.Context, a *admin) (string, string, error) {
				users, err := a.list(ctx, "/users?pageSize=1")
				if err != nil {
					return "", "", err
				}
				licenses, err := a.list(ctx, "/licenses?pageSize=1")
				if err != nil {
					return "", "", err
				}
				keys := []any{a.me.Body["key"]}
				for _, o := range slices.Concat(objects(users.Body["results"]), objects(licenses.Body["results"])) {
					keys = append(keys, o["key"])
				}
				if form(keys...) == "" {
					return "", "", Reason("GoTo shows no keys")
				}
				return form(keys...), "", nil
			}),
		},
		{
			Number: "GoTo", Asks: "How is a list without entries answered?", Expected: "an empty list",
			Assumed: "any of the forms seen: an empty list, no list, or 404",
			Ask: asGoTo(func(ctx context.Context, a *admin) (string, string, error) {
				answer, err := a.get(ctx, a.account+"/users?pageSize=1&filter="+url.PathEscape(`email eq "nobody-at-all@invalid.example"`))
				if err != nil {
					return "", "", err
				}
				if _, err := a.list(ctx, "/users?pageSize=1"); err != nil { // what has entries is answered
					return "", "", err
				}
				list, there := answer.Body["results"]
				switch {
				case len(objects(list)) > 0:
					return "", "", Reason("GoTo ignores the filter")
				case answer.Status >= http.StatusBadRequest:
					return fmt.Sprint(answer.Status), "", nil
				case !there || list == nil:
					return "no list", "", nil
				}
				return "an empty list", "", nil
			}),
		},
		{
			Number: "GoTo", Asks: "Which words does the status of an account have?", Expected: "in capitals, all documented",
			Assumed: "any: compared without regard to case, and a word that nobody has documented is kept as it is",
			Ask: asGoTo(func(ctx context.Context, a *admin) (string, string, error) {
				answer, err := a.list(ctx, "/users?pageSize=1000")
				if err != nil {
					return "", "", err
				}
				words := map[string]bool{}
				for _, o := range objects(answer.Body["results"]) {
					words[text(o, "status")] = true
				}
				if delete(words, ""); len(words) == 0 {
					return "", "", Reason("GoTo shows no status")
				}
				var seen []string
				letters, known := "in capitals", "all documented"
				for word := range words {
					seen = append(seen, word)
					if word != strings.ToUpper(word) {
						letters = "in small letters"
					}
					if !slices.Contains(documentedStatus, strings.ToUpper(word)) {
						known = "not all documented"
					}
				}
				slices.Sort(seen)
				return letters + ", " + known, strings.Join(seen, ", "), nil
			}),
		},
		{
			Number: "GoTo", Asks: "With which status is a bad access token refused?", Expected: "401",
			Assumed: "401 or 403: the token is fetched anew once, and then the refusal stands",
			Ask: asGoTo(func(ctx context.Context, a *admin) (string, string, error) {
				stranger := &admin{tenant: a.tenant, token: "not-a-token"}
				answer, err := stranger.get(ctx, "/me")
				return fmt.Sprint(answer.Status), "", err
			}),
		},
		{
			Number: "GoTo", Asks: "Does the administrator look after several accounts?", Expected: "one",
			Assumed: "either: of several, account_key says which one is read, and an error lists them",
			Ask: asGoTo(func(_ context.Context, a *admin) (string, string, error) {
				if accounts := objects(a.me.Body["accounts"]); len(accounts) > 1 {
					return "several", fmt.Sprint(len(accounts)), nil
				}
				return "one", "", nil
			}),
		},
		{
			Number: "GoTo", Asks: "Does a list say how many entries it has in all?", Expected: yes,
			Assumed: "either: without a total it is read until a page is short",
			Ask: asGoTo(func(ctx context.Context, a *admin) (string, string, error) {
				answer, err := a.list(ctx, "/users?pageSize=1")
				if _, told := answer.Body["total"]; told || err != nil {
					return yes, "", err
				}
				return no, "", nil
			}),
		},
		{
			Number: "GoTo", Asks: "How many accounts does a page hold at most?", Expected: "1000",
			Assumed: "any number: what comes back is counted, not what was asked for",
			Ask: asGoTo(func(ctx context.Context, a *admin) (string, string, error) {
				first, err := a.list(ctx, "/users?pageSize=1000")
				if err != nil {
					return "", "", err
				}
				held := len(objects(first.Body["results"]))
				rest, err := a.get(ctx, fmt.Sprintf("%s/users?pageSize=1&offset=%d", a.account, held))
				if err != nil {
					return "", "", err
				}
				if len(objects(rest.Body["results"])) == 0 {
					return "", "", Reason("all accounts fit on one page")
				}
				return fmt.Sprint(held), "", nil
			}),
		},
	}
}
