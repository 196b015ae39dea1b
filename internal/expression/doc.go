// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package expression is the mapping-expression language of Microsoft Entra provisioning: it parses, prints, checks and
// evaluates expressions such as
//
//	Join(" ", [givenName], ToUpper([surname]))
//
// without any connection to the service. The language is written down in spec.md beside this file.
//
// [Parse] turns text into an [Expression]; [Check] finds everything in a text that is wrong or doubtful and says where;
// [Evaluate] computes what an expression yields for given attributes; [Tree] gives the shape in which the service stores
// an expression. [Functions] and [FilterOperators] list what a synchronization job offers.
//
// The package never contacts anything and knows nothing of Terraform. Where the published documentation leaves a point
// open, Check accepts the text and Evaluate follows the assumption that spec.md names.
package expression
