// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Kind tells how a function reads an argument or what it returns. All values are text or lists of text; the kind says
// what the text must look like.
type Kind int

const (
	// KindText is any text.
	KindText Kind = iota
	// KindInteger is a whole number.
	KindInteger
	// KindBoolean is True or False.
	KindBoolean
	// KindDate is a date with an optional time.
	KindDate
	// KindDateText is a date in the format that another argument names.
	KindDateText
	// KindList is a list of values, as multi-valued attributes hold.
	KindList
	// KindAny is whatever the expression yields.
	KindAny
	// KindWord is one of a few bare words.
	KindWord
)

// String returns the kind in the words of the documentation.
func (k Kind) String() string {
	return [...]string{"text", "whole number", "Boolean", "date", "date", "list", "any value", "word"}[k]
}

// Availability tells in which synchronization jobs a function exists.
type Availability int

const (
	// EveryJob marks functions that Microsoft documents for application provisioning.
	EveryJob Availability = iota
	// OnPremisesAD marks functions that exist only in jobs that write to on-premises Active Directory.
	OnPremisesAD
	// CloudSync marks functions that are documented for cloud sync jobs only, or seen in use without documentation.
	CloudSync
	// ListedOnly marks functions that appear in published listings or schemas without a description.
	ListedOnly
)

// String returns the availability in the words of the documentation.
func (a Availability) String() string {
	return [...]string{
		"every job",
		"jobs that write to on-premises Active Directory",
		"documented for cloud sync jobs only",
		"listed without a description",
	}[a]
}

// Parameter declares one parameter of a function.
type Parameter struct {
	// Name is the name that the documentation uses.
	Name string
	// Key is the name in the service's tree of an expression; where it is not published, it is a guess.
	Key      string
	Kind     Kind
	Optional bool
	// Words lists the bare words that the parameter accepts.
	Words []string
	// condition says that a comparison in this place fails when an attribute that it tests is null or empty.
	condition bool
}

// Function declares a function of the language.
type Function struct {
	Name       string
	Summary    string
	Parameters []Parameter
	// Repeat is how many of the last parameters form a group that may be repeated; 0 means that none does.
	Repeat int
	// RepeatMin is how often the group must occur at least.
	RepeatMin    int
	Result       Kind
	Availability Availability
	// ServiceOnly says that only the service can compute the function, because it depends on the tenant or is not described.
	ServiceOnly bool

	// evaluate computes a call; nil for functions that only the service can compute.
	evaluate func(*invocation) Value
	// check, if there is one, finds what only this function has wrong. It runs on calls whose number of arguments is right.
	check func(*checker, *callNode)
	// checkPlace, if there is one, finds what is wrong with where a call stands, whatever its arguments.
	checkPlace func(*checker, *callNode)
	// lazy says that the function evaluates its arguments itself.
	lazy bool
	// selects says that the function passes on one of its arguments, so that an ignored one matters only if chosen.
	selects bool
	// leavesOut is the slot that an older form of the function lacks; 0 means that there is no such form.
	leavesOut int
}

// fixed returns how many parameters come before the repeating group.
func (f *Function) fixed() int { return len(f.Parameters) - f.Repeat }

// slots returns the least and the greatest number of argument slots of a call; the greatest is -1 if there is no limit.
func (f *Function) slots() (least, most int) {
	for i, p := range f.Parameters[:f.fixed()] {
		if !p.Optional {
			least = i + 1
		}
	}
	switch {
	case f.Repeat == 0:
		return least, len(f.Parameters)
	case f.RepeatMin == 0:
		return least, -1
	default:
		return f.fixed() + f.Repeat*f.RepeatMin, -1
	}
}

// parameter returns the declaration of the parameter in a slot, or nil if there is none.
func (f *Function) parameter(slot int) *Parameter {
	if slot < len(f.Parameters) {
		return &f.Parameters[slot]
	}
	if f.Repeat == 0 {
		return nil
	}
	return &f.Parameters[f.fixed()+(slot-f.fixed())%f.Repeat]
}

// Signature returns the function with its parameters, optional ones marked by a question mark, as in
// "Split(source, delimiter)".
func (f *Function) Signature() string {
	var parts []string
	for _, p := range f.Parameters {
		name := p.Name
		if p.Optional {
			name += "?"
		}
		parts = append(parts, name)
	}
	if f.Repeat > 0 {
		parts = append(parts, "…")
	}
	return f.Name + "(" + strings.Join(parts, ", ") + ")"
}

// Declarations returns all functions that Check knows, sorted by name, without those of Entra Connect.
func Declarations() []Function {
	return slices.Clone(functionTable)
}

// lookup finds a function by name, if need be in another case.
func lookup(name string) *Function {
	if f := functionIndex[name]; f != nil {
		return f
	}
	return functionIndex[strings.ToLower(name)]
}

// functionIndex has every function under its name and under its name in lower case.
var functionIndex = indexFunctions()

func indexFunctions() map[string]*Function {
	index := make(map[string]*Function, 2*len(functionTable))
	for i := range functionTable {
		f := &functionTable[i]
		index[f.Name], index[strings.ToLower(f.Name)] = f, f
	}
	return index
}

// nearestFunction returns the function name most like the written one, or "".
func nearestFunction(name string) string {
	best, distance := "", 3
	if len(name) <= 3 {
		distance = 2
	}
	folded := strings.ToLower(name)
	for _, f := range functionTable {
		if d := levenshtein.Distance(folded, strings.ToLower(f.Name), nil); d < distance {
			best, distance = f.Name, d
		}
	}
	return best
}

// connectFunctions are the functions of Entra Connect that do not exist in provisioning, beside those whose names begin
// with Cert. The value is what to use instead, if there is something.
var connectFunctions = map[string]string{
	"BitOr": "", "CGuid": "", "CNum": "", "Contains": "`InStr(…) > 0`", "ConvertFromUTF8Hex": "", "CRef": "", "DNComponentRev": "`DNComponent`",
	"EscapeDNComponent": "", "ImportedValue": "", "InStrRev": "", "IsBitSet": "`BitAnd(…) <> 0`", "IsCert": "", "IsDate": "",
	"IsEmpty": "`IsNullOrEmpty`", "IsGuid": "", "IsNumeric": "", "ItemOrNull": "`Item`", "LCase": "`ToLower`", "LTrim": "`StripSpaces`",
	"PadLeft": "`Replace` with a regular expression over `Join(\"\", \"0000\", …)`", "PadRight": "", "RandomNum": "`RandomString`",
	"ReplaceChars": "`NormalizeDiacritics` or `Replace`", "Right": "`Replace` with a regular expression", "RTrim": "`StripSpaces`",
	"Select": "", "StringFromGuid": "", "UCase": "`ToUpper`", "Where": "", "With": "",
}

// connectFunction reports whether a name is a function of Entra Connect only, and what to use instead.
func connectFunction(name string) (instead string, ok bool) {
	for known, instead := range connectFunctions {
		if strings.EqualFold(known, name) {
			return instead, true
		}
	}
	return "", len(name) > 4 && strings.EqualFold(name[:4], "cert")
}

// bareWords are the words that may stand without quotes or brackets.
var bareWords = []string{
	"vbTextCompare", "vbBinaryCompare", "Unicode", "ASCII", "UTF8", "IgnoreAttributeFlow", "IgnoreObjectFlow", "True", "False", "NULL",
}

// isBareWord reports whether a word may stand by itself. Case does not matter here; Check judges the spelling.
func isBareWord(name string) bool { return containsFold(bareWords, name) }

// canonicalWord returns the documented spelling of a bare word.
func canonicalWord(name string) string {
	if i := slices.IndexFunc(bareWords, func(w string) bool { return strings.EqualFold(w, name) }); i >= 0 {
		return bareWords[i]
	}
	return name
}

// containsFold reports whether the list has the text in any case: directories compare names without regard to case.
func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(other string) bool { return strings.EqualFold(other, s) })
}
