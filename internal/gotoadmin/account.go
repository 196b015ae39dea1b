// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import "context"

// Account is what GoTo calls an account: the container of users and licences that an administrator looks after.
type Account struct {
	Key  string // a decimal number of 19 digits or more
	Name string // "" when the service does not tell
}

// User is a person's record in an Account. Fields that the service leaves out are empty.
type User struct {
	Key         string
	Email       string // what the person signs in with
	FirstName   string
	LastName    string
	Status      string // as the service spells it; compare ignoring case, there may be values that nobody has written down
	Locale      string // such as en_US
	Admin       bool
	AdminRoles  []string // such as SUPER_USER; empty for members
	RoleSets    []string // ids of custom roles
	LicenseKeys []string
	Products    []string // such as G2M
	GroupKey    string
	GroupName   string
}

// License is a pool of seats for one or several products.
type License struct {
	Key             string
	Description     string
	Products        []string
	Seats           int64
	UserCount       int64
	Enabled         bool
	UserKeys        []string // who holds a seat
	InvitedUserKeys []string // who was invited and has not accepted yet
}

// Account returns the account that the client works on: the one of Options.AccountKey if the administrator looks after it,
// else the only one there is. Several without a choice are an *AccountChoiceError.
func (c *Client) Account(ctx context.Context) (Account, error) { return Account{}, errUnbuilt }

// Users returns everybody in the account, sorted by e-mail address ignoring case.
func (c *Client) Users(ctx context.Context) ([]User, error) { return nil, errUnbuilt }

// Licenses returns the account's licences, sorted by key.
func (c *Client) Licenses(ctx context.Context) ([]License, error) { return nil, errUnbuilt }
