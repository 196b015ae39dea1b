// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package wire carries out HTTP calls for the clients of the services: exchanges whose answers are read whole and within
// bounds, the log of them, and their repetition. It knows nothing of Terraform and of what the services mean.
//
// What an attempt came to decides about another one:
//
//	answer                          may be repeated       must not take effect twice (Request.Once)
//	429, 503                        yes                   yes: the server refused before acting
//	500, 502, 504, 408              yes, a few times      no
//	connection broke, body unusable yes, a few times      no
//	no connection                   yes, a few times      yes, a few times: nothing was sent
//	404                             for Request.Missing   for Request.Missing
//	anything else                   no                    no
//
// Retry-After, seconds or a date, is waited for to the end; without it the pauses grow, with jitter. When the context
// would end earlier, a call ends at once and says how long the service asked to wait. Answer.Unsettled tells that a write
// may have taken effect. All waits are on Client.Clock.
package wire
