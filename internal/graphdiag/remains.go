// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package graphdiag

import "github.com/hashicorp/terraform-plugin-framework/diag"

// StillThere completes the errors of a replacement whose first half has left in place what the second half then failed to take over.
func StillThere(found diag.Diagnostics) diag.Diagnostics {
	return StaysInState(found, "The replacement has removed nothing: what it was about to replace is still in place and stays in the state, marked as tainted. Correct the cause and apply again. "+
		"To keep it without a replacement, run `terraform untaint` with the address of this resource.")
}

// StaysInState completes the errors of a replacement that keeps something in the state.
func StaysInState(found diag.Diagnostics, what string) diag.Diagnostics {
	return reworded(found, diag.SeverityError, "\n\n"+what)
}

// LeftToCreation makes warnings of the errors that Terraform would get between the two halves of a replacement. With an error, it would
// not call the second half, and would forget what the first half has left in place.
func LeftToCreation(found diag.Diagnostics) diag.Diagnostics {
	return reworded(found, diag.SeverityWarning, "\n\nWhat is about to be replaced is still in place.")
}

// reworded gives the errors among diagnostics another severity and a further sentence.
func reworded(found diag.Diagnostics, severity diag.Severity, more string) diag.Diagnostics {
	out := make(diag.Diagnostics, len(found))
	for i, d := range found {
		at, located := d.(diag.DiagnosticWithPath)
		switch {
		case d.Severity() != diag.SeverityError:
			out[i] = d
		case located && severity == diag.SeverityError:
			out[i] = diag.NewAttributeErrorDiagnostic(at.Path(), d.Summary(), d.Detail()+more)
		case located:
			out[i] = diag.NewAttributeWarningDiagnostic(at.Path(), d.Summary(), d.Detail()+more)
		case severity == diag.SeverityError:
			out[i] = diag.NewErrorDiagnostic(d.Summary(), d.Detail()+more)
		default:
			out[i] = diag.NewWarningDiagnostic(d.Summary(), d.Detail()+more)
		}
	}
	return out
}
