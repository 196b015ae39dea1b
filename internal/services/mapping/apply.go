// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package mapping

import (
	"slices"
	"strings"
)

const (
	flowAlways        = "Always"
	flowAddOnly       = "ObjectAddOnly"
	applyAlways       = "always"
	applyOnCreate     = "on_create"
	applyIfEmpty      = "if_target_empty"
	applyAddValue     = "add_value"
	applyAddValues    = "add_values"
	operationCreate   = "create"
	operationUpdate   = "update"
	operationDelete   = "delete"
	flagAdd           = "Add"
	flagUpdate        = "Update"
	flagDelete        = "Delete"
	defaultObject     = "User"
	softDeleted       = "IsSoftDeleted"
	roleAssignments   = "appRoleAssignments"
	sourceEnabled     = "accountEnabled"
	metadataSoftDel   = "propertynamesoftdeleted"
	metadataEnabled   = "propertynameaccountenabled"
	settingKeep       = "SkipOutOfScopeDeletions"
	summaryExpression = "Invalid expression"
	summaryDoubtful   = "Doubtful expression"
	summarySchema     = "Cannot read the mapping"
)

// applyWords pairs the words of the apply attribute with the service's flow types.
var applyWords = []struct{ apply, flowType string }{
	{applyAlways, flowAlways},
	{applyOnCreate, flowAddOnly},
	{applyIfEmpty, "AttributeAddOnly"},
	{applyAddValue, "ValueAddOnly"},
	{applyAddValues, "MultiValueAddOnly"},
}

// applyOf is the word for a flow type. A flow type that the service added later is its own word.
func applyOf(flowType string) string {
	for _, w := range applyWords {
		if strings.EqualFold(w.flowType, flowType) {
			return w.apply
		}
	}
	return flowType
}

// flowTypeOf is the flow type for a word.
func flowTypeOf(apply string) string {
	for _, w := range applyWords {
		if w.apply == apply {
			return w.flowType
		}
	}
	return apply
}

// operationWords pairs the words of the operations attribute with the service's flags.
var operationWords = []struct{ operation, flag string }{
	{operationCreate, flagAdd}, {operationUpdate, flagUpdate}, {operationDelete, flagDelete},
}

// knownFlags are the flags that have a word. Others, should the service add some, are left as they are.
func knownFlags(flags []string) []string {
	known := slices.DeleteFunc(slices.Clone(flags), func(flag string) bool { return !isKnownFlag(flag) })
	slices.Sort(known)
	return known
}

func unknownFlags(flags []string) []string {
	return slices.DeleteFunc(slices.Clone(flags), isKnownFlag)
}

func isKnownFlag(flag string) bool {
	return flag == flagAdd || flag == flagUpdate || flag == flagDelete
}

// operationsOf are the words for known flags, in the order of operationWords.
func operationsOf(flags []string) []string {
	words := []string{}
	for _, w := range operationWords {
		if slices.Contains(flags, w.flag) {
			words = append(words, w.operation)
		}
	}
	return words
}

// flagsOf are the flags for words, sorted.
func flagsOf(operations []string) []string {
	flags := make([]string, len(operations))
	for i, operation := range operations {
		flags[i] = operation
		for _, w := range operationWords {
			if w.operation == operation {
				flags[i] = w.flag
			}
		}
	}
	slices.Sort(flags)
	return flags
}

func operationList(flags []string) string {
	if len(flags) == 0 {
		return "none"
	}
	return strings.Join(operationsOf(flags), ", ")
}
