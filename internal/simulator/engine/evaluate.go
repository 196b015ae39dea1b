// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package engine

import (
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/expression"
)

// Evaluate computes an expression for the attributes of one object. The seed makes random values differ from object to
// object.
func Evaluate(e *expression.Expression, attributes map[string]expression.Value, now time.Time, seed string) (expression.Value, error) {
	return expression.Evaluate(e, expression.Options{Attributes: attributes, Now: &now, Seed: &seed})
}
