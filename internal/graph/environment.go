// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"strings"
)

// Environment is a Microsoft cloud.
type Environment struct {
	Name          string // global, usgovernmentl4, usgovernmentl5 or china
	AuthorityHost string
	GraphEndpoint string
	PortalURL     string // Entra admin center
	MetadataHost  string // where Azure's other clients look the cloud up, which is its Azure Resource Manager
	USGovernment  bool   // stored credentials and addresses share 1,024 bytes
}

// Environments are the clouds there are.
// https://learn.microsoft.com/graph/deployments
func Environments() []Environment {
	return []Environment{
		{
			Name:          "global",
			AuthorityHost: "https://login.microsoftonline.com",
			GraphEndpoint: "https://graph.microsoft.com",
			PortalURL:     "https://entra.microsoft.com",
			MetadataHost:  "management.azure.com",
		},
		{
			Name:          "usgovernmentl4",
			AuthorityHost: "https://login.microsoftonline.us",
			GraphEndpoint: "https://graph.microsoft.us",
			PortalURL:     "https://entra.microsoft.us",
			MetadataHost:  "management.usgovcloudapi.net",
			USGovernment:  true,
		},
		{
			Name:          "usgovernmentl5",
			AuthorityHost: "https://login.microsoftonline.us",
			GraphEndpoint: "https://dod-graph.microsoft.us",
			PortalURL:     "https://entra.microsoft.us",
			MetadataHost:  "management.usgovcloudapi.net",
			USGovernment:  true,
		},
		{
			Name:          "china",
			AuthorityHost: "https://login.chinacloudapi.cn",
			GraphEndpoint: "https://microsoftgraph.chinacloudapi.cn",
			PortalURL:     "https://entra.microsoftonline.cn",
			MetadataHost:  "management.chinacloudapi.cn",
		},
	}
}

// LookupEnvironment finds a cloud by its name or one of azuread's and azurerm's aliases, in any case.
func LookupEnvironment(name string) (Environment, bool) {
	name = strings.ToLower(name)
	switch name {
	case "public":
		name = "global"
	case "usgovernment":
		name = "usgovernmentl4"
	case "dod":
		name = "usgovernmentl5"
	}
	for _, environment := range Environments() {
		if environment.Name == name {
			return environment, true
		}
	}
	return Environment{}, false
}
