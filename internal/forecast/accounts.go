// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package forecast

import (
	"context"
	"errors"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/gotodiag"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/impact"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// Accounts reads the accounts at GoTo, for a comparison with people of the directory.
func Accounts(ctx context.Context, data *providerdata.Data) ([]impact.Account, error) {
	users, err := data.Customer().Users(ctx)
	accounts := make([]impact.Account, len(users))
	for i, u := range users {
		accounts[i] = impact.Account{Key: u.Key, Email: u.Email, FirstName: u.FirstName, LastName: u.LastName, Locale: u.Locale, Status: u.Status}
	}
	return accounts, err
}

// ReadAccounts reads the accounts at GoTo into a survey. A refusal or missing credentials are a problem of the survey, not
// a failure.
func ReadAccounts(ctx context.Context, data *providerdata.Data, survey *impact.Survey) error {
	accounts, err := Accounts(ctx, data)
	if refusal := gotodiag.Refusal(err); refusal != "" {
		found := accountsNotRead(refusal)
		if none := new(providerdata.NoGoToError); errors.As(err, &none) {
			found.Code, found.Severity = "GoToNotConfigured", impact.SeverityWarning
		}
		survey.Problems = append(survey.Problems, found)
		return nil
	}
	if err != nil {
		return err
	}
	survey.AccountsRead, survey.Accounts = true, accounts
	return nil
}

func accountsNotRead(why string) impact.Problem {
	return impact.Problem{Code: "AccountsNotRead", Severity: impact.SeverityError, Message: "The accounts at GoTo were not read. " + why, Incomplete: true}
}
