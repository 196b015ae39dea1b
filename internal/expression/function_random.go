// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/google/uuid"
)

// maxRandomLength is the greatest length of RandomString.
const maxRandomLength = 256

// The character sets of the Windows rules for complex passwords.
const (
	randomDigits   = "0123456789"
	randomSpecials = "~!@#$%^&*_-+=`|\\(){}[]:;\"'<>,.?/"
	randomCapitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	randomLower    = "abcdefghijklmnopqrstuvwxyz"
)

// rng returns the source of random numbers, which is the same for all functions of one evaluation; nil without a seed.
func (c *invocation) rng() *rand.Rand {
	switch {
	case c.random != nil:
	case c.options.Seed == nil:
		c.fail(c.node, ErrNeedsSeed, "`%s` returns random values and needs a seed, which is not set.", c.name())
	default:
		c.random = rand.New(rand.NewChaCha8(sha256.Sum256([]byte(*c.options.Seed))))
	}
	return c.random
}

func (c *invocation) guid() Value {
	random := c.rng()
	if random == nil {
		return Value{}
	}
	var id uuid.UUID
	for i := range id {
		id[i] = byte(random.UintN(256))
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return String(id.String())
}

func (c *invocation) randomString() Value {
	random := c.rng()
	var counts [5]int
	for i := range counts {
		if counts[i] = c.size(i); counts[i] < 0 {
			c.failArgument(i, "The argument `%s` of `RandomString` cannot be negative.", c.parameter(i))
		}
	}
	length, least := counts[0], counts[1:]
	if length > maxRandomLength {
		c.failArgument(0, "`RandomString` returns at most %d characters.", maxRandomLength)
	}
	avoid := c.textOr(5, "")
	if c.err != nil {
		return Value{}
	}
	sets := []string{randomDigits, randomSpecials, randomCapitals, randomLower}
	all := ""
	out := make([]byte, 0, length)
	for i, set := range sets {
		set = without(set, avoid)
		all += set
		if least[i] > 0 && set == "" {
			return c.failArgument(i+1, "`RandomString` must avoid all characters that `%s` requires.", c.parameter(i+1))
		}
		if least[i] > length-len(out) {
			return c.failArgument(0, "The length of `RandomString` is less than the sum of the minimum counts.")
		}
		for range least[i] {
			out = append(out, set[random.IntN(len(set))])
		}
	}
	if all == "" && length > 0 {
		return c.failArgument(5, "`RandomString` must avoid all characters.")
	}
	for len(out) < length {
		out = append(out, all[random.IntN(len(all))])
	}
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return String(string(out))
}

func checkRandomString(c *checker, n *callNode) {
	var counts [5]int
	for i := range counts {
		count, ok := n.whole(i)
		if !ok {
			return
		}
		if count < 0 {
			c.errorf(n.args[i].at(), fmt.Sprintf("The argument `%s` of `RandomString` cannot be negative.", n.parameter(i).Name), "")
			return
		}
		counts[i] = count
	}
	if counts[0] > maxRandomLength {
		c.errorf(n.args[0].at(), fmt.Sprintf("`RandomString` returns at most %d characters.", maxRandomLength), "")
		return
	}
	if sum := counts[1] + counts[2] + counts[3] + counts[4]; sum > counts[0] {
		c.errorf(n.args[0].at(), fmt.Sprintf("The length %d is less than the sum of the minimum counts, %d.", counts[0], sum), "")
	}
}

// without returns the set less the characters to avoid.
func without(set, avoid string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(avoid, r) {
			return -1
		}
		return r
	}, set)
}
