// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"slices"
	"strings"
)

// Target is where a connection signs in: the addresses among its readable settings, by key. An empty one says that the
// connector has its address built in; nil says that nothing is known.
type Target map[string]string

// IsAddress reports whether a key of the secrets holds an address of the target.
func IsAddress(key string) bool {
	return slices.ContainsFunc([]string{"BaseAddress", "Domain", "CompanyId", "InstanceName", "Server"}, func(known string) bool { return strings.EqualFold(known, key) })
}

// TargetOf reads the target from secrets.
func TargetOf(secrets []KeyValue) Target {
	found := Target{}
	for _, pair := range secrets {
		if IsAddress(pair.Key) && pair.Value != "" && pair.Value != MaskedValue {
			found[strings.ToLower(pair.Key)] = strings.TrimSuffix(pair.Value, "/")
		}
	}
	return found
}

// Differs reports whether the two are certainly not one: they have different addresses. User names prove nothing, since a
// target has several administrators.
func (t Target) Differs(other Target) bool {
	for key, address := range t {
		if there, ok := other[key]; ok && !strings.EqualFold(address, there) {
			return true
		}
	}
	return false
}
