// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package wire makes HTTP calls for the clients of the services: exchanges whose responses are read completely and within
// limits, their log, and their repetition. It knows nothing of Terraform or of the meaning of the requests.
//
// The result of an attempt determines whether there is another one:
//
//	answer                          may be repeated       must not take effect twice (Request.Once)
//	429, 503                        yes                   yes: the server refused before acting
//	500, 502, 504, 408              yes, a few times      no
//	connection broke, body unusable yes, a few times      no
//	no connection                   yes, a few times      yes, a few times: nothing was sent
//	404                             for Request.Missing   for Request.Missing
//	anything else                   no                    no
//
// Retry-After, seconds or a date, is waited for to the end; without it the pauses grow, with jitter. If the context
// would end earlier, a call ends immediately and reports the required wait. Answer.Unsettled reports that a write
// may have taken effect. All waits use Client.Clock.
package wire
