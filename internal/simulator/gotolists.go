// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package simulator

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Page sizes of the Admin API. What a page holds unless a request says is invented.
const (
	defaultAdminPage = 25
	maximumAdminPage = 1000
)

// within finds the account of the path for an operation and refuses administrators who have nothing to do with it. The
// two ways in which that is refused are invented: 404 for an account that does not exist, 403 for all else.
func within(handle func(*adminCall) (*reply, error)) func(*adminCall) (*reply, error) {
	return func(c *adminCall) (*reply, error) {
		is := func(company store.Company) bool { return company.Key == c.r.PathValue("account") }
		at := slices.IndexFunc(c.companies, is)
		switch {
		case at < 0 && !slices.ContainsFunc(c.s.store.Companies(), is):
			return nil, refuse(http.StatusNotFound, "AccountNotFound", "The account does not exist")
		case at < 0:
			return nil, refuse(http.StatusForbidden, "AccessDenied", "The user does not belong to the account")
		case len(c.who.AdminRoles) == 0 && len(c.who.RoleSets) == 0:
			return nil, c.forbidden()
		}
		c.company = c.companies[at]
		return handle(c)
	}
}

// getMe describes who signed in.
func (c *adminCall) getMe() (*reply, error) {
	accounts := []object{}
	for _, company := range c.companies {
		accounts = append(accounts, object{{"key", c.key(company.Key)}, {"name", company.Name}})
	}
	me := object{{"key", c.key(c.who.Key)}}
	if len(c.companies) > 0 {
		me = append(me, member{"accountKey", c.key(c.companies[0].Key)})
	}
	return respond(append(me,
		member{"email", c.who.Email}, member{"orgAdmin", false}, member{"adminRoles", list(c.who.AdminRoles)},
		member{"products", c.products(c.who)}, member{"accounts", accounts}))
}

func (c *adminCall) listUsers() (*reply, error) {
	email, filtered, err := c.filter()
	if err != nil {
		return nil, err
	}
	accounts := c.s.store.AccountsOf(c.company.Key)
	if filtered {
		accounts = slices.DeleteFunc(accounts, func(a store.Account) bool { return !strings.EqualFold(a.Email, email) })
	}
	products := c.productsOf(c.company.Key)
	return answerPage(c, accounts, func(a store.Account) object { return c.user(a, products) })
}

// user describes an account. That members without a value are left out is invented.
func (c *adminCall) user(a store.Account, products map[string][]string) object {
	user := object{{"key", c.key(a.Key)}}
	text := func(name, value string) {
		if value != "" {
			user = append(user, member{name, value})
		}
	}
	first := func(attribute string) string {
		if values := a.Attributes[attribute]; len(values) > 0 {
			return values[0]
		}
		return ""
	}
	text("email", a.Email)
	text("firstName", first("firstName"))
	text("lastName", first("lastName"))
	text("locale", first("locale"))
	return append(user,
		member{"status", c.status(a)},
		member{"admin", len(a.AdminRoles)+len(a.RoleSets) > 0}, member{"adminRoles", list(a.AdminRoles)}, member{"roleSets", list(a.RoleSets)},
		member{"licenseKeys", c.keys(a.LicenseKeys)}, member{"products", productsAmong(a.LicenseKeys, products)})
}

func (c *adminCall) status(a store.Account) string {
	status := a.Status
	if c.variants.UnknownStatus && status == store.StatusSuspended {
		status = "ON_HOLD"
	}
	if c.variants.LowerCaseStatus {
		status = strings.ToLower(status)
	}
	return status
}

// productsOf returns the products of a company's licenses by their key.
func (c *adminCall) productsOf(company string) map[string][]string {
	products := map[string][]string{}
	for _, l := range c.s.store.LicensesOf(company) {
		if !l.Disabled {
			products[l.Key] = l.Products
		}
	}
	return products
}

func (c *adminCall) products(a store.Account) []string {
	return productsAmong(a.LicenseKeys, c.productsOf(a.Company))
}

func productsAmong(licenses []string, products map[string][]string) []string {
	codes := []string{}
	for _, key := range licenses {
		for _, code := range products[key] {
			if !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

func (c *adminCall) listLicenses() (*reply, error) {
	if err := c.unfiltered(); err != nil {
		return nil, err
	}
	holders, invited := map[string][]string{}, map[string][]string{}
	for _, a := range c.s.store.AccountsOf(c.company.Key) {
		for _, key := range a.LicenseKeys {
			if a.Status == store.StatusInvited {
				invited[key] = append(invited[key], a.Key)
			} else {
				holders[key] = append(holders[key], a.Key)
			}
		}
	}
	if c.variants.Keys == KeysMixed {
		c.variants.Keys = KeysAsNumbers
	}
	return answerPage(c, c.s.store.LicensesOf(c.company.Key), func(l store.License) object {
		return object{
			{"key", c.key(l.Key)}, {"concurrentLicenseKey", 0}, {"seats", l.Seats},
			{"userCount", len(holders[l.Key]) + len(invited[l.Key])}, {"enabled", !l.Disabled}, {"description", l.Description},
			{"userKeys", c.keys(holders[l.Key])}, {"invitedUserKeys", c.keys(invited[l.Key])},
			{"deviceKeys", []string{}}, {"deviceCount", 0}, {"products", list(l.Products)}, {"childLicenseKeys", []string{}},
			{"entitlements", object{}}, {"devicesOnly", false}, {"devicesAllowed", true}, {"externallyManaged", false},
		}
	})
}

func (c *adminCall) listRoleSets() (*reply, error) {
	if err := c.unfiltered(); err != nil {
		return nil, err
	}
	return answerPage(c, c.s.store.RoleSetsOf(c.company.Key), func(r store.RoleSet) object {
		return object{{"id", r.ID}, {"name", r.Name}}
	})
}

// key writes a key. One that is not a number stays text.
func (c *adminCall) key(key string) any {
	if c.variants.Keys == KeysAsNumbers && decimal.MatchString(key) {
		return json.RawMessage(key)
	}
	return key
}

func (c *adminCall) keys(keys []string) []any {
	written := make([]any, len(keys))
	for i, key := range keys {
		written[i] = c.key(key)
	}
	return written
}

var (
	decimal     = regexp.MustCompile(`^[1-9][0-9]*$`)
	emailFilter = regexp.MustCompile(`^ *(?i:email) +(?i:eq) +"([^"\\]*)" *$`)
)

// filter returns the address that a request asks for, or refuses a filter that is not understood. That only addresses
// can be asked for, and in which words the rest is refused, is invented; that "+" does not stand for a space is not.
func (c *adminCall) filter() (email string, filtered bool, err error) {
	for pair := range strings.SplitSeq(c.r.URL.RawQuery, "&") {
		name, raw, _ := strings.Cut(pair, "=")
		if name != "filter" {
			continue
		}
		text, err := url.PathUnescape(raw)
		found := emailFilter.FindStringSubmatch(text)
		if err != nil || found == nil || strings.Contains(raw, "+") {
			return "", false, refuse(http.StatusBadRequest, "InvalidFilter", "The filter is not valid")
		}
		email, filtered = found[1], true
	}
	return email, filtered, nil
}

// unfiltered refuses filters where a client would get more than it asked for.
func (c *adminCall) unfiltered() error {
	if c.r.URL.Query().Has("filter") {
		return refuse(http.StatusBadRequest, "InvalidFilter", "This list cannot be filtered")
	}
	return nil
}

// answerPage sends the page that a request asks for, and describes no others. Parameters that it does not know count as
// not sent.
func answerPage[T any](c *adminCall, all []T, describe func(T) object) (*reply, error) {
	size, err := c.number("pageSize", defaultAdminPage, 1)
	if err != nil {
		return nil, err
	}
	offset, err := c.number("offset", 0, 0)
	if err != nil {
		return nil, err
	}
	limit := maximumAdminPage
	if c.variants.PageSizeCap > 0 {
		limit = min(limit, c.variants.PageSizeCap)
	}
	from := min(offset, len(all))
	page := []object{}
	for _, item := range all[from:min(from+min(size, limit), len(all))] {
		page = append(page, describe(item))
	}
	if len(page) == 0 && c.variants.Empty == EmptyNotFound {
		return nil, refuse(http.StatusNotFound, "NotFound", "Nothing was found")
	}
	c.choose(page)
	// Where an empty page is said to begin and end is invented.
	body := object{{"fromIndex", offset}, {"toIndex", offset + max(len(page), 1) - 1}}
	if len(page) > 0 || c.variants.Empty == EmptyResults {
		body = append(object{{"results", page}}, body...)
	}
	if !c.variants.NoTotal {
		body = append(body, member{"total", len(all)})
	}
	return respond(body)
}

// number returns a parameter, or refuses it.
func (c *adminCall) number(name string, usual, least int) (int, error) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least {
		return 0, refuse(http.StatusBadRequest, "InvalidParameter", "The parameter %s is out of range", name)
	}
	return n, nil
}

// choose leaves only the members that a request asks for; names that do not exist choose nothing.
func (c *adminCall) choose(page []object) {
	query := c.r.URL.Query()
	names := query.Get("attributes")
	if names == "" {
		names = query.Get("attributeNames") // as older clients say
	}
	if names == "" {
		return
	}
	wanted := strings.Split(names, ",")
	for i, record := range page {
		page[i] = slices.DeleteFunc(record, func(m member) bool { return !slices.Contains(wanted, m.name) })
	}
}
