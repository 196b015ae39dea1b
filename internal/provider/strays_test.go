// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"strings"
	"testing"
)

// What Windows and shells leave around a value goes; what cannot be told from the value is an error that says what is there.
func TestResolve_straysOfEverySetting(t *testing.T) {
	t.Parallel()
	all := samples(t)
	for _, v := range variables {
		good := all[v.attribute][0]
		given := func(value string) any {
			if value == "true" {
				return true
			}
			return value
		}
		for _, around := range [][2]string{{"\ufeff", ""}, {"", "\r\n"}, {"\ufeff", "\n"}} {
			value := around[0] + good + around[1]
			for place, s := range map[string]func() (settings, string){
				"environment": func() (settings, string) {
					s, found := block(t, nil).resolve(lookup(map[string]string{v.names[0]: value}))
					return s, fmt.Sprint(found)
				},
				"block": func() (settings, string) {
					if _, isFlag := given(good).(bool); isFlag {
						value = good
					}
					s, found := block(t, map[string]any{v.attribute: given(value)}).resolve(lookup(nil))
					return s, fmt.Sprint(found)
				},
			} {
				s, found := s()
				if v.attribute == "client_certificate_password" {
					if !strings.Contains(found, "byte-order mark") && !strings.Contains(found, "ends with a line break") {
						t.Errorf("%s, %s: %q: %s", place, v.attribute, value, found)
					}
				} else if got := s.get(v.attribute); got != good {
					t.Errorf("%s, %s: %q became %q", place, v.attribute, value, got)
				}
			}
		}
		for what, stray := range map[string]string{"NUL": "a\x00b\x00", "byte-order mark": "a\ufeffb", "UTF-8": "a\xffb"} {
			_, found := block(t, nil).resolve(lookup(map[string]string{v.names[0]: stray}))
			if !strings.Contains(fmt.Sprint(found), what) && !strings.Contains(fmt.Sprint(found), "neither true nor false") && !strings.Contains(fmt.Sprint(found), "not a whole number") {
				t.Errorf("%s: %q: %v", v.attribute, stray, found)
			}
		}
	}
}

// A secret or a certificate that was put into the wrong setting does not come back in the message.
func TestResolve_neverRepeatsASecret(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{
		"Ab8Q~x.Y_z-0123456789abcdefghijklmnopqrs", "correct horse battery staple", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "Passw0rd!",
		"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n-----END PRIVATE KEY-----", strings.Repeat("MIIKrAIBAzCC", 200), "0123456789abcdef0123456789abcdef",
	} {
		for _, v := range variables {
			if v.attribute == "goto.client_id" {
				continue
			}
			s, found := block(t, nil).resolve(lookup(map[string]string{v.names[0]: secret}))
			text := fmt.Sprint(found)
			if _, err := s.httpClient(); err != nil {
				text += fmt.Sprint(err)
			}
			if check := textChecks[v.attribute]; check != nil {
				text += check(secret)
			}
			for part := range strings.Lines(secret) {
				if strings.Contains(text, strings.TrimSpace(part)) {
					t.Errorf("%s: %s", v.attribute, text)
				}
			}
		}
	}
}

func TestGraphEndpoint_withAVersion(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://graph.example.com": "https://graph.example.com", "https://graph.example.com/v1.0": "https://graph.example.com",
		"https://graph.example.com/v1.0/": "https://graph.example.com", "https://proxy.example.com/graph/v1.0": "https://proxy.example.com/graph",
	} {
		s, _ := block(t, map[string]any{"graph_endpoint": given}).resolve(lookup(nil))
		if got := s.graphEndpoint(); got != want {
			t.Errorf("%s became %s", given, got)
		}
	}
	if got := graphURLProblem("https://graph.example.com/beta/"); !strings.Contains(got, "`/v1.0`") {
		t.Errorf("%q", got)
	}
}
