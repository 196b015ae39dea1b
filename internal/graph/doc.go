// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package graph is the Microsoft Graph client of the provider: sign-in, one request pipeline with retry rules that
// never replay a write blindly, typed errors, paging, $batch, and one typed operation for each call the provider
// makes. It knows nothing of Terraform.
package graph
