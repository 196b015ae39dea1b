// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package gotoadmin

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkUsers_twentyThousand is what listing a large account takes, without the network.
func BenchmarkUsers_twentyThousand(b *testing.B) {
	const people = 20_000
	pages := map[string]string{}
	bytes := 0
	for from := 0; from < people; from += pageSize {
		var text strings.Builder
		text.WriteString(`{"results":[`)
		for i := from; i < from+pageSize; i++ {
			if i > from {
				text.WriteByte(',')
			}
			fmt.Fprintf(&text, `{"key":"%d","email":"Person.%05d@example.com","firstName":"Person","lastName":"Example %d","status":"ACTIVE","locale":"en_US",`+
				`"admin":false,"adminRoles":[],"roleSets":[],"licenseKeys":["7000000000000000001","7000000000000000002"],"products":["G2M","G2W"],`+
				`"groupKey":"6000000000000000001","groupName":"Sales","orgAdmin":false,"settings":{"JIVE":{"primaryExtensionNumber":"%d"}}}`,
				4_000_000_000_000_000_000+i, (i*7919)%people, i, i)
		}
		fmt.Fprintf(&text, `],"fromIndex":%d,"toIndex":%d,"total":%d}`, from, from+pageSize-1, people)
		pages[fmt.Sprintf("pageSize=1000&offset=%d", from)] = text.String()
		bytes += text.Len()
	}
	client, err := New(Options{
		ClientID: "a", ClientSecret: "b", PersonalAccessToken: "c", Clock: newFakeClock(),
		HTTPClient: &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			body, found := pages[r.URL.RawQuery]
			if !found {
				body = `{"access_token":"t","accountKey":"1"}`
			}
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
		})},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(bytes))
	b.ReportAllocs()
	for b.Loop() {
		users, err := client.Users(b.Context())
		if err != nil || len(users) != people {
			b.Fatalf("%d users, %v", len(users), err)
		}
	}
}
