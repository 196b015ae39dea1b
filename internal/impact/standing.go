// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package impact

import "slices"

// Standing is which accounts at GoTo can be used today, and on whose behalf.
type Standing struct {
	Active    int        // all of them
	Matched   int        // those of users in scope, whom provisioning looks after
	Unmatched []*Account // those that no user in scope matches, sorted by key: nobody is known to look after them
	Unsure    int        // those of whom the accounts or the directory do not tell
	Problems  Problems   // because of which more may be unmatched, or fewer
}

// StandingOf compares the accounts with the users of a setup, as if provisioning were on and had run. The accounts must have
// been read.
func StandingOf(s *Survey, setup *Setup) Standing {
	survey, today := *s, *setup
	survey.RanBefore, survey.NeverLinked, today.Off = true, false, false
	decision := Decide(&survey, &today)
	var standing Standing
	settled := map[string]bool{} // accounts of users in scope, or of nobody, by key
	for _, e := range decision.Entries {
		if e.Account == nil || e.UserID != "" && !e.InScope {
			continue
		}
		active, told := e.Account.active()
		switch {
		case settled[e.AccountKey()], told && !active:
			continue
		case e.UserID != "":
			standing.Matched++
		case told && e.Action == Unmatched:
			standing.Unmatched = append(standing.Unmatched, e.Account)
		default:
			continue
		}
		settled[e.AccountKey()] = true
	}
	for i := range s.Accounts {
		active, told := s.Accounts[i].active()
		if active || !told {
			standing.Active++
			if !settled[s.Accounts[i].Key] {
				standing.Unsure++
			}
		}
	}
	standing.Problems = slices.DeleteFunc(slices.Clone(decision.Problems), func(p Problem) bool { return !p.Incomplete })
	return standing
}
