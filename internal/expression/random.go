// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"crypto/sha256"
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

// rng returns the source of random numbers, which is the same for all functions of one evaluation.
func (c *invocation) rng() (*rand.Rand, *EvalError) {
	if c.random == nil {
		if c.options.Seed == nil {
			return nil, c.fail(c.node, ErrNeedsSeed, "`%s` yields random values and needs a seed, which was not given.", c.name())
		}
		c.random = rand.New(rand.NewChaCha8(sha256.Sum256([]byte(*c.options.Seed))))
	}
	return c.random, nil
}

func (c *invocation) guid() (Value, *EvalError) {
	random, err := c.rng()
	if err != nil {
		return Value{}, err
	}
	var id uuid.UUID
	for i := range id {
		id[i] = byte(random.UintN(256))
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return String(id.String()), nil
}

func (c *invocation) randomString() (Value, *EvalError) {
	random, err := c.rng()
	if err != nil {
		return Value{}, err
	}
	var counts [5]int
	for i := range counts {
		if counts[i], err = c.size(i); err != nil {
			return Value{}, err
		}
		if counts[i] < 0 {
			return Value{}, c.failArgument(i, "The argument `%s` of `RandomString` cannot be negative.", c.parameter(i))
		}
	}
	length, least := counts[0], counts[1:]
	if length > maxRandomLength {
		return Value{}, c.failArgument(0, "`RandomString` yields at most %d characters.", maxRandomLength)
	}
	avoid := ""
	if len(c.args) > 5 {
		if avoid, err = c.text(5); err != nil {
			return Value{}, err
		}
	}
	sets := []string{randomDigits, randomSpecials, randomCapitals, randomLower}
	all := ""
	out := make([]byte, 0, length)
	for i, set := range sets {
		set = without(set, avoid)
		all += set
		if least[i] > 0 && set == "" {
			return Value{}, c.failArgument(i+1, "`RandomString` must avoid all characters that `%s` asks for.", c.parameter(i+1))
		}
		if least[i] > length-len(out) {
			return Value{}, c.failArgument(0, "The length of `RandomString` is less than the sum of the minimum counts.")
		}
		for range least[i] {
			out = append(out, set[random.IntN(len(set))])
		}
	}
	if all == "" && length > 0 {
		return Value{}, c.failArgument(5, "`RandomString` must avoid all characters.")
	}
	for len(out) < length {
		out = append(out, all[random.IntN(len(all))])
	}
	random.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return String(string(out)), nil
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
