// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package simulator is a stand-in for the services that the provider talks to: sign-in at Entra ID, Microsoft Graph, the
// identity endpoints of build systems, and sign-in and Admin API of GoTo, all served on one loopback address, with a
// store and a provisioning engine behind them. Tests, demonstrations and a user's own pipeline run against it instead of a tenant.
//
// It is a second reading of the services' documentation and shares nothing with the client, so a mistake in the
// one is not repeated in the other. What the documentation leaves open can be switched (Variants), faults can be
// scripted (Faults), every request is recorded (Log), and time stands still unless it is advanced (Clock).
//
// The connector, the people, and the accounts are invented, and so is everything that the code calls invented:
// the behavior of the services is not documented there.
package simulator

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/engine"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// Clock is the time of the simulated world; see store.Clock.
type Clock = store.Clock

// The application that clients sign in as unless Options name another.
const (
	DefaultClientID     = "55555555-5555-4555-8555-555555555555"
	DefaultClientSecret = "simulated-client-secret"
)

// Options say how a server differs from the usual one. The zero value is a working server.
type Options struct {
	// Address to listen on, 127.0.0.1 with any free port by default.
	Address      string
	TenantID     string
	ClientID     string
	ClientSecret string
	// Permissions are the application permissions of the default client, DefaultPermissions if nil.
	Permissions []string
	// Clock of the simulated world. By default it stands still at store.Epoch.
	Clock *Clock
	// TokenLifetime of access tokens, one hour by default, measured on the simulated clock. A client that keeps its
	// token by real time needs a longer one if it is to wait for hours of simulated time.
	TokenLifetime time.Duration
	// PlainHTTP serves Graph and GoTo on Address without TLS, for clients that are measured without it. Sign-in and the
	// metadata stay on TLS, on a free port of their own, because clients insist on that.
	PlainHTTP bool
	// Latency is real time that every request to Graph or GoTo takes longer.
	Latency time.Duration
	// Quota limits how much a client may ask of the directory and of GoTo; the zero value does not limit.
	Quota Quota
	// Variants choose where the real service is not fully known.
	Variants Variants
	// Empty starts without people, groups and accounts.
	Empty bool
}

// Variants are the points in which the real service is not known or differs between tenants.
type Variants struct {
	// SecretsReplace makes a write of secrets drop the keys that it leaves out. Otherwise they stay.
	SecretsReplace bool
	// MaskedUnchanged takes a "*" in a write of secrets for what is stored already. Otherwise it is stored as such.
	MaskedUnchanged bool
	// Generation is how the GoToMeeting connector signs in at its target, store.ByPassword if empty. A change while jobs exist
	// is what Microsoft announced: the template asks for something else, and the jobs go on as they are.
	Generation store.Generation
	// ConnectionTest is what testing credentials comes to, an honest answer if empty. Cycles do not go by it.
	ConnectionTest ConnectionTest
	// Spelling is how the service writes what means the same.
	Spelling Spelling
	// NoTemplate retires the GoToMeeting connector: no template is offered, and existing jobs are not found anymore.
	NoTemplate bool
	// NoLinks is a cloud whose beta version does not tell links.
	NoLinks bool
	// NotFound are the codes with which the synchronization endpoints say that something does not exist.
	NotFound NotFoundCodes
	// NoJobsNotFound answers 404 instead of an empty list where a service principal has no jobs.
	NoJobsNotFound bool
	// ErrorsWhenUnconfigured answers with an error instead of an empty list where nothing is set up.
	ErrorsWhenUnconfigured bool
	// DefaultAccessTolerant accepts the default access role although the application declares roles, and provisions it.
	DefaultAccessTolerant bool
	// LegacyObjectID makes instantiate answer with objectId instead of id.
	LegacyObjectID bool
	// PageSizeCap is the most entries of a page, whatever $top asks for. 0 means 999.
	PageSizeCap int
	// RejectStaleSchema refuses a schema that is based on an older version. Otherwise the version is ignored.
	RejectStaleSchema bool
	// DoubledTargets accepts a schema with more than one attribute mapping of a target, and keeps all of them.
	DoubledTargets bool
	// USGovernment limits credentials and addresses to 1,024 bytes.
	USGovernment bool
	// OwnedByInsufficient refuses synchronization to a client that has only Application.ReadWrite.OwnedBy.
	OwnedByInsufficient bool
	// NoOwners leaves what a client instantiates without an owner, as has been reported; otherwise the client owns it.
	NoOwners bool
	// NeedsReference refuses applications without a reference of the service management, which a tenant can demand.
	NeedsReference bool
	// ReadersSeeSecrets lets a client that may only read jobs read their secrets too, masked as they are.
	ReadersSeeSecrets bool
	// GoTo are the points in which GoTo's own services are not known.
	GoTo GoToVariants
}

// ConnectionTest is how the test of credentials goes astray.
type ConnectionTest string

// What a test of credentials can come to besides the truth.
const (
	TestUnavailable ConnectionTest = "unavailable" // the target could not be asked, which says nothing about the credentials
	TestRefuses     ConnectionTest = "refuses"     // fails although the credentials are right, as it does for some connectors
)

// Known says whether a test can come to this.
func (t ConnectionTest) Known() bool { return t == "" || t == TestUnavailable || t == TestRefuses }

// Server is one running simulator.
type Server struct {
	opts      Options
	clock     *Clock
	store     *store.Store
	engine    *engine.Engine
	log       *Log
	faults    *Faults
	replica   *replica
	throttle  *throttle
	authority *authority
	identity  *certificates
	signIn    *http.ServeMux
	graph     *http.ServeMux
	goTo      *http.ServeMux

	gotoAuthority *gotoAuthority

	mu       sync.Mutex
	variants Variants

	secure, plain net.Listener
	servers       []*http.Server
	serving       sync.WaitGroup
	closing       sync.Once
}

// New starts a server. Close ends it.
func New(opts Options) (*Server, error) {
	opts.Address = cmp.Or(opts.Address, "127.0.0.1:0")
	opts.TenantID = cmp.Or(opts.TenantID, store.TenantID)
	opts.ClientID = cmp.Or(opts.ClientID, DefaultClientID)
	opts.ClientSecret = cmp.Or(opts.ClientSecret, DefaultClientSecret)
	opts.TokenLifetime = cmp.Or(opts.TokenLifetime, time.Hour)
	if opts.Permissions == nil {
		opts.Permissions = DefaultPermissions()
	}
	if opts.Clock == nil {
		opts.Clock = store.NewClock(store.Epoch)
	}
	identity, err := newCertificates()
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts: opts, clock: opts.Clock, identity: identity, log: &Log{}, faults: &Faults{}, replica: newReplica(opts.Clock),
		store:    store.New(store.Config{TenantID: opts.TenantID, Clock: opts.Clock, Empty: opts.Empty}),
		throttle: newThrottle(opts.Clock, opts.Quota), authority: newAuthority(opts),
		gotoAuthority: newGoToAuthority(opts.Clock, opts.TokenLifetime),
		signIn:        signInRoutes(), graph: graphRoutes(), goTo: gotoRoutes(),
	}
	s.engine = engine.New(s.store)
	s.clock.OnAdvance(s.engine.CatchUp)
	s.SetVariants(func(v *Variants) { *v = opts.Variants })
	if err := s.listen(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) listen() error {
	secure := s.opts.Address
	if s.opts.PlainHTTP {
		plain, err := net.Listen("tcp", s.opts.Address)
		if err != nil {
			return err
		}
		s.plain, secure = plain, "127.0.0.1:0"
		s.start(plain, nil)
	}
	listener, err := net.Listen("tcp", secure)
	if err != nil {
		s.Close()
		return err
	}
	s.secure = listener
	s.start(listener, &tls.Config{Certificates: []tls.Certificate{s.identity.server}, MinVersion: tls.VersionTLS12})
	return nil
}

func (s *Server) start(listener net.Listener, secure *tls.Config) {
	server := &http.Server{
		Handler: http.HandlerFunc(s.serve), TLSConfig: secure, ReadHeaderTimeout: time.Minute,
		// A client that gives up on a handshake or a connection that a fault cut is not news.
		ErrorLog:    log.New(io.Discard, "", 0),
		ConnContext: s.log.connected,
	}
	s.servers = append(s.servers, server)
	s.serving.Go(func() {
		var err error
		if secure == nil {
			err = server.Serve(listener)
		} else {
			err = server.ServeTLS(listener, "", "")
		}
		if !errors.Is(err, http.ErrServerClosed) {
			panic(err) // a listener that breaks by itself leaves nothing to test against
		}
	})
}

// maximumBody is far above what any client here sends.
const maximumBody = 32 << 20

// serve is the way of every request that comes over the wire.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumBody))
	if err != nil {
		http.Error(w, "cannot read the request", http.StatusBadRequest)
		return
	}
	c := &call{s: s, r: r, body: body}
	answer := c.exchange()
	if answer == nil {
		cut(r)
	}
	answer.writeTo(w)
}

// Close stops serving and closes all connections.
func (s *Server) Close() {
	s.closing.Do(func() {
		for _, server := range s.servers {
			_ = server.Close() // there is nobody left to tell
		}
		s.serving.Wait()
	})
}

// TenantID returns the id of the simulated tenant.
func (s *Server) TenantID() string { return s.opts.TenantID }

// ClientID returns the id of the default client application.
func (s *Server) ClientID() string { return s.opts.ClientID }

// ClientSecret returns the secret of the default client application.
func (s *Server) ClientSecret() string { return s.opts.ClientSecret }

// Store returns the state behind the server.
func (s *Server) Store() *store.Store { return s.store }

// Faults returns the script of faults.
func (s *Server) Faults() *Faults { return s.faults }

// Log returns the record of requests.
func (s *Server) Log() *Log { return s.log }

// Clock returns the clock of the simulated world.
func (s *Server) Clock() *Clock { return s.clock }

// Engine returns the provisioning engine.
func (s *Server) Engine() *engine.Engine { return s.engine }

// Variants returns the current choice.
func (s *Server) Variants() Variants {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.variants
}

// SetVariants changes the choice while the server runs, for instance to retire the connector after its use.
func (s *Server) SetVariants(change func(*Variants)) {
	s.mu.Lock()
	change(&s.variants)
	v := s.variants
	s.mu.Unlock()
	s.engine.SetDefaultAccessProvisions(v.DefaultAccessTolerant)
	_ = s.store.UpdateConnector(store.ConnectorGoToMeeting, func(c *store.Connector) { // the seed put it there
		c.Retired = v.NoTemplate
		c.Generate(cmp.Or(v.Generation, store.ByPassword))
	})
}

// SetLag makes reads of a kind of object lag behind writes from now on. The zero Lag ends it for later writes.
func (s *Server) SetLag(kind ObjectKind, lag Lag) { s.replica.setLag(kind, lag) }

// SetQuota changes the quota and refills all buckets.
func (s *Server) SetQuota(quota Quota) { s.throttle.setQuota(quota) }

// pause waits in real time, for the injected latency.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func randomBytes(n int) []byte {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // documented never to fail
	return raw
}
