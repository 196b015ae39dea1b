// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"os"
	"slices"
	"strings"
)

// What Terraform and OpenTofu read to decide which lines of a provider's log somebody sees (their internal/logging), and
// the file to which HCP Terraform's workers have everything written.
const (
	logVariable         = "TF_LOG"
	logProviderVariable = "TF_LOG_PROVIDER"
	logSinkVariable     = "TF_TEMP_LOG_PATH"
)

// What terraform-plugin-go and the framework read to decide which lines to write, of this provider and of their own. Unset
// means all of them.
const (
	ownLogVariable          = "TF_LOG_PROVIDER_GOTOMEETING"
	sdkLogVariable          = "TF_LOG_SDK"
	sdkProtocolLogVariable  = "TF_LOG_SDK_PROTO"
	sdkFrameworkLogVariable = "TF_LOG_SDK_FRAMEWORK"
)

// LimitLog keeps this provider and the plugin libraries from writing log lines that nobody sees: without it the libraries write
// a line for every element of a collection in every call, at a cost that grows with the square of the number of elements, and
// Terraform throws all of them away unless TF_LOG asks for them. It sets their variables in the environment of this process, to the
// level that Terraform shows, where the user has not set them. It belongs before serving.
//
// The protocol library writes every diagnostic, in which people are named, and the framework the elements of sets. Neither
// writes a line unless the user sets its own variable.
func LimitLog() error {
	levels := map[string]string{sdkProtocolLogVariable: "OFF", sdkFrameworkLogVariable: "OFF"}
	if os.Getenv(logSinkVariable) == "" {
		shown := shownLogLevel(cmp.Or(os.Getenv(logProviderVariable), os.Getenv(logVariable)))
		levels[sdkLogVariable], levels[ownLogVariable] = shown, shown
	}
	for variable, level := range levels {
		if os.Getenv(variable) != "" {
			continue
		}
		if err := os.Setenv(variable, level); err != nil {
			return err
		}
	}
	return nil
}

// shownLogLevel is the least level that Terraform shows for a setting: anything it does not know means everything.
func shownLogLevel(setting string) string {
	level := strings.ToUpper(setting)
	switch {
	case level == "":
		return "OFF"
	case slices.Contains([]string{"DEBUG", "INFO", "WARN", "ERROR", "OFF"}, level):
		return level
	default:
		return "TRACE"
	}
}
