// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

type loggerKey struct{}

func TestCallContext_isItsInsideUntilItIsReleased(t *testing.T) {
	t.Parallel()
	deadline := time.Date(2130, 1, 2, 3, 4, 5, 0, time.UTC)
	inside, cancel := context.WithDeadline(context.WithValue(t.Context(), loggerKey{}, "logger"), deadline)
	defer cancel()
	held := holdContext(inside)
	if at, ok := held.Deadline(); !ok || !at.Equal(deadline) || held.Err() != nil || held.Value(loggerKey{}) != "logger" {
		t.Errorf("held: %v, %t, %v, %v", at, ok, held.Err(), held.Value(loggerKey{}))
	}
	select {
	case <-held.Done():
		t.Error("done before its time")
	default:
	}
	held.release()
	if _, ok := held.Deadline(); ok || held.Err() == nil || held.Value(loggerKey{}) != nil {
		t.Errorf("released: %t, %v, %v", ok, held.Err(), held.Value(loggerKey{}))
	}
	select {
	case <-held.Done():
	default:
		t.Error("not done after its release")
	}
}

func TestCallContext_takesNoGoroutineToDeriveFrom(t *testing.T) {
	inside, cancel := context.WithCancel(t.Context())
	before := runtime.NumGoroutine()
	var derived []context.Context
	for range 100 {
		ctx, cancelDerived := context.WithCancel(holdContext(inside))
		defer cancelDerived()
		derived = append(derived, ctx)
	}
	if more := runtime.NumGoroutine() - before; more > 10 {
		t.Errorf("%d more goroutines", more)
	}
	cancel()
	for _, ctx := range derived {
		if ctx.Err() == nil {
			t.Fatal("a derived context outlives the inside")
		}
	}
}

// fakeFramework waits for its context, and says what it saw of it.
type fakeFramework struct {
	framework
	entered chan struct{}
	seen    []context.Context
}

func (f *fakeFramework) wait(ctx context.Context) {
	f.seen = append(f.seen, ctx)
	close(f.entered)
	<-ctx.Done()
}

func (f *fakeFramework) ReadResource(ctx context.Context, _ *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	f.wait(ctx)
	return &tfprotov6.ReadResourceResponse{}, nil
}

func (f *fakeFramework) ListResource(ctx context.Context, _ *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	return &tfprotov6.ListResourceServerStream{Results: func(yield func(tfprotov6.ListResourceResult) bool) {
		if yield(tfprotov6.ListResourceResult{}) {
			f.wait(ctx)
		}
	}}, nil
}

func (f *fakeFramework) InvokeAction(ctx context.Context, _ *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	return &tfprotov6.InvokeActionServerStream{Events: func(yield func(tfprotov6.InvokeActionEvent) bool) {
		if yield(tfprotov6.InvokeActionEvent{}) {
			f.wait(ctx)
		}
	}}, nil
}

// What cancels the context of a call reaches the framework while the call or its stream is in progress, and nothing of the
// context is left afterward.
func TestServer_passesCancellationOnAndThenLetsGo(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context, *server) error{
		"call": func(ctx context.Context, s *server) error {
			_, err := s.ReadResource(ctx, &tfprotov6.ReadResourceRequest{})
			return err
		},
		"list": func(ctx context.Context, s *server) error {
			stream, err := s.ListResource(ctx, &tfprotov6.ListResourceRequest{})
			for range stream.Results {
			}
			return err
		},
		"action": func(ctx context.Context, s *server) error {
			stream, err := s.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{})
			for range stream.Events {
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakeFramework{entered: make(chan struct{})}
			ctx, cancel := context.WithCancel(context.WithValue(t.Context(), loggerKey{}, "logger"))
			ended := make(chan error)
			go func() { ended <- call(ctx, &server{framework: fake}) }()
			<-fake.entered
			if fake.seen[0].Value(loggerKey{}) != "logger" {
				t.Error("the call has no logger")
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if fake.seen[0].Value(loggerKey{}) != nil {
				t.Error("the logger is held after the call")
			}
		})
	}
}

// whole is the protocol with all its parts.
type whole interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
	tfprotov6.StateStoreServer
}

func TestNewServer_offersTheWholeProtocol(t *testing.T) {
	t.Parallel()
	if _, ok := NewServer(New("test")()).(whole); !ok {
		t.Error("a part of the protocol is missing")
	}
}

func TestServer_explainsFractions(t *testing.T) {
	t.Parallel()
	s := NewServer(New("test")())
	schemas, err := s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	const id = "b0000000-0000-4000-8000-000000000001"
	for _, test := range []struct {
		typeName, attribute string
		number              float64
		data                bool
		want                string
	}{
		{"gotomeeting_user_role_assignments_exclusive", "max_removals", 2.5, false, "max_removals: `max_removals` must be a whole number. Got 2.5."},
		{"gotomeeting_provisioning_connection", "accidental_deletion_threshold", 0.1, false, "accidental_deletion_threshold: `accidental_deletion_threshold` must be a whole number. Got 0.1."},
		{"gotomeeting_provisioning_logs", "limit", 1.25, true, "limit: `limit` must be a whole number. Got 1.25."},
		{"gotomeeting_provisioning_logs", "limit", 3, true, ""},
	} {
		t.Run(test.typeName, func(t *testing.T) {
			t.Parallel()
			schema := schemas.ResourceSchemas[test.typeName]
			if test.data {
				schema = schemas.DataSourceSchemas[test.typeName]
			}
			object := map[string]tftypes.Value{}
			as, _ := schema.ValueType().(tftypes.Object)
			for name, one := range as.AttributeTypes {
				object[name] = tftypes.NewValue(one, nil)
			}
			object[test.attribute] = tftypes.NewValue(tftypes.Number, test.number)
			for _, name := range []string{"service_principal_id", "connection_id"} {
				if _, ok := object[name]; ok {
					object[name] = tftypes.NewValue(tftypes.String, map[bool]string{true: id, false: id + "/job"}[name == "service_principal_id"])
				}
			}
			if _, ok := object["assignments"]; ok {
				object["assignments"] = tftypes.NewValue(as.AttributeTypes["assignments"], map[string]tftypes.Value{})
			}
			config, err := tfprotov6.NewDynamicValue(as, tftypes.NewValue(as, object))
			if err != nil {
				t.Fatal(err)
			}
			var found []*tfprotov6.Diagnostic
			if test.data {
				answer, err := s.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: test.typeName, Config: &config})
				if err != nil {
					t.Fatal(err)
				}
				found = answer.Diagnostics
			} else {
				answer, err := s.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: test.typeName, Config: &config})
				if err != nil {
					t.Fatal(err)
				}
				found = answer.Diagnostics
			}
			var got []string
			for _, d := range found {
				got = append(got, rootOf(d.Attribute)+": "+d.Detail)
			}
			if strings.Join(got, "\n") != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// The benchmark shows why callContext exists: with the framework's server alone, what a call brings along is held after it.
func BenchmarkServer_remembersCalls(b *testing.B) {
	for name, start := range map[string]func() tfprotov6.ProviderServer{
		"framework": func() tfprotov6.ProviderServer { return providerserver.NewProtocol6(New("test")())() },
		"this":      func() tfprotov6.ProviderServer { return NewServer(New("test")()) },
	} {
		b.Run(name, func(b *testing.B) {
			s := start()
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			for b.Loop() {
				ctx := context.WithValue(b.Context(), loggerKey{}, make([]byte, 15<<10))
				if _, err := s.UpgradeResourceState(ctx, &tfprotov6.UpgradeResourceStateRequest{TypeName: "gotomeeting_application", RawState: &tfprotov6.RawState{JSON: []byte(`{}`)}}); err != nil {
					b.Fatal(err)
				}
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/float64(b.N), "held-B/op")
		})
	}
}
