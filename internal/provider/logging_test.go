// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-log/tfsdklog"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/provider"
)

// The libraries write what the CLI shows, unless the user says otherwise.
func TestLimitLog(t *testing.T) {
	for _, tt := range []struct {
		name                        string
		given                       map[string]string
		wantRoot, wantProto, wantFw string
	}{
		{"nothing is shown", nil, "OFF", "OFF", "OFF"},
		{"everything is shown", map[string]string{"TF_LOG": "trace"}, "TRACE", "OFF", "OFF"},
		{"a level", map[string]string{"TF_LOG": "info"}, "INFO", "OFF", "OFF"},
		{"as JSON", map[string]string{"TF_LOG": "JSON"}, "TRACE", "OFF", "OFF"},
		{"a level that does not exist shows everything", map[string]string{"TF_LOG": "yes"}, "TRACE", "OFF", "OFF"},
		{"of the core only", map[string]string{"TF_LOG_CORE": "TRACE"}, "OFF", "OFF", "OFF"},
		{"of providers only", map[string]string{"TF_LOG_PROVIDER": "DEBUG"}, "DEBUG", "OFF", "OFF"},
		{"less of providers", map[string]string{"TF_LOG": "TRACE", "TF_LOG_PROVIDER": "OFF"}, "OFF", "OFF", "OFF"},
		{"a worker keeps everything", map[string]string{"TF_TEMP_LOG_PATH": "/tmp/log"}, "", "OFF", "OFF"},
		{"the user's choice for all", map[string]string{"TF_LOG_SDK": "WARN"}, "WARN", "OFF", "OFF"},
		{"the user's choice for the protocol", map[string]string{"TF_LOG": "DEBUG", "TF_LOG_SDK_PROTO": "ERROR"}, "DEBUG", "ERROR", "OFF"},
		{"the user's choice for the framework", map[string]string{"TF_LOG": "DEBUG", "TF_LOG_SDK_FRAMEWORK": "TRACE"}, "DEBUG", "OFF", "TRACE"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setLogEnvironment(t, tt.given)
			if err := provider.LimitLog(); err != nil {
				t.Fatal(err)
			}
			for variable, want := range map[string]string{"TF_LOG_SDK": tt.wantRoot, "TF_LOG_SDK_PROTO": tt.wantProto, "TF_LOG_SDK_FRAMEWORK": tt.wantFw} {
				if got := os.Getenv(variable); got != want {
					t.Errorf("%s is %q, want %q", variable, got, want)
				}
			}
		})
	}
}

// The provider's own lines cost as much as others, and are there when they are shown.
func TestLimitLog_ownLines(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		given      map[string]string
	}{
		{"nothing is shown", "OFF", nil},
		{"a level", "DEBUG", map[string]string{"TF_LOG": "debug"}},
		{"a worker keeps everything", "", map[string]string{"TF_TEMP_LOG_PATH": "/tmp/log"}},
		{"the user's choice", "INFO", map[string]string{"TF_LOG": "TRACE", "TF_LOG_PROVIDER_GOTOMEETING": "INFO"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setLogEnvironment(t, tt.given)
			if err := provider.LimitLog(); err != nil {
				t.Fatal(err)
			}
			if got := os.Getenv("TF_LOG_PROVIDER_GOTOMEETING"); got != tt.want {
				t.Errorf("the level is %q, want %q", got, tt.want)
			}
		})
	}
}

// A library that renames its variable would bring the lines, and what they cost, back.
func TestLimitLog_frameworkHeeds(t *testing.T) {
	for name, tt := range map[string]struct {
		level  string
		writes bool
	}{"silent": {"", false}, "shown": {"TRACE", true}} {
		t.Run(name, func(t *testing.T) {
			setLogEnvironment(t, map[string]string{"TF_LOG": "TRACE", "TF_LOG_SDK_FRAMEWORK": tt.level})
			if err := provider.LimitLog(); err != nil {
				t.Fatal(err)
			}
			server, err := providerserver.NewProtocol6WithError(provider.New("test")())()
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			ctx := tfsdklogtest.RootLogger(t.Context(), &log)
			tfsdklog.Warn(ctx, "the log works")
			if _, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{}); err != nil {
				t.Fatal(err)
			}
			if lines := log.String(); !strings.Contains(lines, "the log works") || strings.Contains(lines, "framework") != tt.writes {
				t.Errorf("the framework wrote a line: %t, want %t:\n%s", !tt.writes, tt.writes, lines)
			}
		})
	}
}

// setLogEnvironment sets the variables about logs to the given ones and no others until the test ends.
func setLogEnvironment(t *testing.T, given map[string]string) {
	t.Helper()
	for _, variable := range []string{"TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_TEMP_LOG_PATH", "TF_LOG_SDK", "TF_LOG_SDK_PROTO", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_PROVIDER_GOTOMEETING"} {
		t.Setenv(variable, given[variable])
	}
}
