// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/providerdata"
)

// What becomes of a plan whose impact cannot be bounded.
const (
	unknownRefuses = "refuse"
	unknownWarns   = "warn"
)

// impactAttributes are the attributes of `impact`, each with the null value of its type.
func impactAttributes() map[string]attr.Value {
	text, number := types.StringNull(), types.Int64Null()
	return map[string]attr.Value{
		"enabled": types.BoolNull(), "timeout": text, "max_requests": number, "max_disabled": number, "max_created": number, "max_updated": number, "max_left_active": number,
		"on_unknown": text, "read_links": types.BoolNull(), "report_file": text, "report_detail": text,
	}
}

// impactOf are the settings of `impact`, which were checked wherever they come from.
func impactOf(s settings) providerdata.Impact {
	number := func(name string) *int64 {
		n, err := strconv.ParseInt(s.get("impact."+name), 10, 64)
		if err != nil {
			return nil
		}
		return &n
	}
	requests := number("max_requests")
	if requests == nil {
		requests = new(int64)
	}
	enabled, err := strconv.ParseBool(s.get("impact.enabled"))
	timeout, _ := time.ParseDuration(s.get("impact.timeout"))
	links, _ := strconv.ParseBool(s.get("impact.read_links"))
	return providerdata.Impact{
		Enabled: enabled || err != nil, Timeout: timeout, MaxRequests: *requests,
		MaxDisabled: number("max_disabled"), MaxCreated: number("max_created"), MaxUpdated: number("max_updated"), MaxLeftActive: number("max_left_active"),
		WarnOnUnknown: s.get("impact.on_unknown") == unknownWarns, ReadLinks: links, ReportFile: s.get("impact.report_file"), Detail: s.get("impact.report_detail"),
	}
}

// writer tells this provider configuration from others of the same run: each is served by a process of its own, and all have the same
// parent. Nothing secret is part of it. It is "" where there is nothing to write, or the CLI did not start this process.
func writer(s settings, getenv func(string) string) string {
	if !s.has("impact.report_file") || getenv("TF_PLUGIN_MAGIC_COOKIE") == "" {
		return ""
	}
	run := strconv.Itoa(os.Getppid())
	// In containers, each run has the same process id; elsewhere than on Linux, few do.
	if stat, err := os.ReadFile("/proc/" + run + "/stat"); err == nil {
		if fields := strings.Fields(string(stat)); len(fields) > 21 {
			run += "." + fields[21] // when it began
		}
	}
	var told string
	for _, name := range []string{"tenant_id", "client_id", "graph_endpoint", "goto.client_id", "goto.account_key", "impact.report_detail"} {
		told += s.get(name) + "\n"
	}
	return fmt.Sprintf("%s/%x", run, sha256.Sum256([]byte(told)))
}

// leastOf is the smallest value of a number in `impact`. Without any request, nothing can be determined.
func leastOf(attribute string) int64 {
	if attribute == "impact.max_requests" {
		return 1
	}
	return 0
}

func durationProblem(text string) string {
	if d, err := time.ParseDuration(text); err != nil || d <= 0 {
		return shown(text) + " is not a duration such as \"60s\" or \"2m\"."
	}
	return ""
}

func onUnknownProblem(text string) string {
	if text != unknownRefuses && text != unknownWarns {
		return shown(text) + " is neither \"refuse\" nor \"warn\"."
	}
	return ""
}

func reportDetailProblem(text string) string {
	switch text {
	case providerdata.DetailCounts, providerdata.DetailIDs, providerdata.DetailPeople:
		return ""
	}
	return shown(text) + " is not \"counts\", \"ids\" or \"people\"."
}
