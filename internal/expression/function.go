// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"slices"
	"strings"
	"sync"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/suggest"
)

// Kind says how a function reads an argument or what it returns. All values are text or lists of text; the kind says
// what the text must look like.
type Kind int

const (
	KindText     Kind = iota // any text
	KindInteger              // a whole number
	KindBoolean              // True or False
	KindDate                 // a date with an optional time
	KindDateText             // a date in the format that another argument names
	KindList                 // a list of values, as multi-valued attributes hold
	KindAny                  // whatever the expression yields
	KindWord                 // one of a few bare words
)

// String returns the kind in the words of the documentation.
func (k Kind) String() string {
	return [...]string{"text", "whole number", "Boolean", "date", "date", "list", "any value", "word"}[k]
}

// Availability tells in which synchronization jobs a function exists.
type Availability int

const (
	EveryJob     Availability = iota // functions that Microsoft documents for application provisioning
	OnPremisesAD                     // functions that exist only in jobs that write to on-premises Active Directory
	CloudSync                        // functions that are documented for cloud sync jobs only, or seen in use without documentation
	ListedOnly                       // functions that appear in published listings or schemas without a description
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
	Name      string // the name that the documentation uses
	Key       string // the name in the service's tree of an expression; where it is not published, it is a guess
	Kind      Kind
	Optional  bool
	Words     []string // lists the bare words that the parameter accepts
	condition bool     // a comparison in this place fails when an attribute that it tests is null or empty
}

// Function declares a function of the language.
type Function struct {
	Name         string
	Summary      string
	Parameters   []Parameter
	Repeat       int // how many of the last parameters form a group that may be repeated; 0 means that none does
	RepeatMin    int // how often the group must occur at least
	Result       Kind
	Availability Availability
	ServiceOnly  bool // only the service can compute the function, because it depends on the tenant or is not described

	evaluate func(*invocation) Value // computes a call; nil for functions that only the service can compute
	// check, if there is one, finds what only this function has wrong. It runs on calls whose number of arguments is right.
	check      func(*checker, *callNode)
	checkPlace func(*checker, *callNode) // if there is one, finds what is wrong with where a call stands, whatever its arguments
	lazy       bool                      // the function evaluates its arguments itself
	selects    bool                      // the function passes on one of its arguments, so an ignored one matters only if chosen
	leavesOut  int                       // the slot that an older form of the function lacks; 0 means that there is no such form
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

// DocumentedAsOf is when Microsoft's list of functions was read that this table follows.
const DocumentedAsOf = "April 2026"

// Declarations returns all functions that Check knows, sorted by name, without those of Entra Connect.
func Declarations() []Function { return slices.Clone(functionTable) }

// lookup finds a function by name, if need be in another case.
func lookup(name string) *Function {
	index := functionIndex()
	if f := index[name]; f != nil {
		return f
	}
	return index[strings.ToLower(name)]
}

// functionIndex has every function under its name and under its name in lowercase.
var functionIndex = sync.OnceValue(func() map[string]*Function {
	index := make(map[string]*Function, 2*len(functionTable))
	for i := range functionTable {
		f := &functionTable[i]
		index[f.Name], index[strings.ToLower(f.Name)] = f, f
	}
	return index
})

// nearestFunction returns the function name most like the written one, or "".
func nearestFunction(name string) string {
	if meant := otherNames[strings.ToLower(name)]; meant != "" {
		return meant
	}
	names := make([]string, len(functionTable))
	for i, f := range functionTable {
		names[i] = f.Name
	}
	return suggest.Nearest(name, names)
}

// otherNames are what spreadsheets and other languages call functions that the language has.
var otherNames = map[string]string{
	"concat": "Append", "concatenate": "Join", "textjoin": "Join", "substring": "Mid", "substr": "Mid", "length": "Len", "strlen": "Len",
	"ifnull": "Coalesce", "nvl": "Coalesce", "firstnonempty": "Coalesce", "if": "IIF", "case": "Switch", "choose": "Switch", "find": "InStr", "indexof": "InStr", "search": "InStr",
	"proper": "PCase", "capitalize": "PCase", "today": "Now", "getdate": "Now", "utcnow": "Now", "first": "Item", "element": "Item",
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

// Short forms for the table below.
func pText(name string) Parameter     { return Parameter{Name: name, Key: name, Kind: KindText} }
func pInteger(name string) Parameter  { return Parameter{Name: name, Key: name, Kind: KindInteger} }
func pBoolean(name string) Parameter  { return Parameter{Name: name, Key: name, Kind: KindBoolean} }
func pDate(name string) Parameter     { return Parameter{Name: name, Key: name, Kind: KindDate} }
func pDateText(name string) Parameter { return Parameter{Name: name, Key: name, Kind: KindDateText} }
func pList(name string) Parameter     { return Parameter{Name: name, Key: name, Kind: KindList} }
func pAny(name string) Parameter      { return Parameter{Name: name, Key: name, Kind: KindAny} }
func pCondition(name string) Parameter {
	return Parameter{Name: name, Key: name, Kind: KindBoolean, condition: true}
}

func pWord(name string, words ...string) Parameter {
	return Parameter{Name: name, Key: name, Kind: KindWord, Words: words}
}

func optional(p Parameter) Parameter {
	p.Optional = true
	return p
}

func keyed(key string, p Parameter) Parameter {
	p.Key = key
	return p
}

func params(ps ...Parameter) []Parameter { return ps }

// functionTable declares every function, with what computes it and what checks its calls. The checker, the evaluator, the
// service's listing and the documentation all follow it; it is sorted by name.
var functionTable = []Function{
	{Name: "Append", Summary: "The source followed by the suffix.",
		Parameters: params(pText("source"), pText("suffix")), evaluate: (*invocation).appendText},
	{Name: "AppRoleAssignments", Summary: "The values of all app roles of the user.",
		Parameters: params(pList("source")), Result: KindList, Availability: ListedOnly, evaluate: (*invocation).same},
	{Name: "AppRoleAssignmentsComplex", Summary: "All app roles of the user as role objects, sent as an addition.",
		Parameters: params(pList("source")), Result: KindList, evaluate: (*invocation).same, check: checkRoles},
	{Name: "AssertiveAppRoleAssignmentsComplex", Summary: "All app roles of the user as role objects, replacing what the target has.",
		Parameters: params(pList("source")), Result: KindList, evaluate: (*invocation).same, check: checkRoles},
	{Name: "BitAnd", Summary: "The bits that are set in both whole numbers.",
		Parameters: params(pInteger("value1"), pInteger("value2")), Result: KindInteger, evaluate: (*invocation).bitAnd},
	{Name: "CBool", Summary: "False for zero, True for any other number; for use in comparisons.",
		Parameters: params(pAny("expression")), Result: KindBoolean, evaluate: (*invocation).cBool},
	{Name: "CDate", Summary: "The date in UTC, from text with an optional offset.",
		Parameters: params(pDate("expression")), Result: KindDate, evaluate: (*invocation).cDate},
	{Name: "Coalesce", Summary: "The first value that is not null.",
		Parameters: params(pAny("source")), Repeat: 1, RepeatMin: 1, Result: KindAny, evaluate: (*invocation).coalesce, selects: true},
	{Name: "ConvertFromBase64", Summary: "The text that was encoded as Base64.",
		Parameters: params(pText("source"), optional(pWord("encoding", "Unicode", "ASCII", "UTF8"))), Availability: CloudSync, evaluate: (*invocation).convertFromBase64},
	{Name: "ConvertToBase64", Summary: "The UTF-16 bytes of the text as Base64.", Parameters: params(pText("source")), evaluate: eachText(toBase64)},
	{Name: "ConvertToUTF8Hex", Summary: "The UTF-8 bytes of the text as hexadecimal digits.",
		Parameters: params(pText("source")), evaluate: eachText(toUTF8Hex)},
	{Name: "Count", Summary: "The number of values.", Parameters: params(pList("attribute")), Result: KindInteger, evaluate: (*invocation).count},
	{Name: "CStr", Summary: "The value as text.", Parameters: params(pAny("value")), evaluate: (*invocation).same},
	{Name: "DateAdd", Summary: "The date moved by a number of intervals: `yyyy` years, `m` months, `d` days, `ww` weeks, `h` hours, `n` minutes, `s` seconds.",
		Parameters: params(pText("interval"), pInteger("value"), pDate("dateTime")), Result: KindDate, evaluate: (*invocation).dateAdd, check: checkInterval},
	{Name: "DateDiff", Summary: "The number of intervals, named as for `DateAdd`, between the first and the second date.",
		Parameters: params(pText("interval"), pDate("date1"), pDate("date2")), Result: KindInteger, evaluate: (*invocation).dateDiff, check: checkInterval},
	{Name: "DateFromNum", Summary: "The date of a Windows file time.",
		Parameters: params(pInteger("value")), Result: KindDate, evaluate: (*invocation).dateFromNum},
	{Name: "DefaultDomain", Summary: "The default verified domain of the tenant.", evaluate: (*invocation).defaultDomain},
	{Name: "DNComponent", Summary: "The value of one part of a distinguished name, counted from the left.",
		Parameters: params(pText("dn"), pInteger("number")), Availability: CloudSync, evaluate: (*invocation).dnComponent},
	{Name: "Error", Summary: "Stops the object with an error.",
		Parameters: params(pText("message")), Availability: CloudSync, evaluate: (*invocation).raise},
	{Name: "FormatDateTime", Summary: "The date text read by one .NET format and written by another.",
		Parameters: params(pDateText("source"), optional(pText("dateTimeStyles")), pText("inputFormat"), pText("outputFormat")),
		evaluate:   (*invocation).formatDateTime, check: checkFormats, leavesOut: 1},
	{Name: "Guid", Summary: "A new random GUID.", evaluate: (*invocation).guid},
	{Name: "IgnoreFlowIfNullOrEmpty", Summary: "The value; if it is null or empty, nothing is written to the target.",
		Parameters: params(pAny("expression")), Result: KindAny, evaluate: (*invocation).ignoreFlowIfNullOrEmpty},
	{Name: "IIF", Summary: "One of two values, chosen by a condition.",
		Parameters: params(keyed("one", pCondition("condition")), keyed("two", pAny("valueIfTrue")), keyed("three", pAny("valueIfFalse"))), Result: KindAny,
		evaluate: (*invocation).iif, check: checkCondition, selects: true},
	{Name: "InStr", Summary: "The position of the second text in the first, counted from 1; 0 if not found.",
		Parameters: params(pText("value1"), pText("value2"), optional(pInteger("start")),
			optional(pWord("compareType", "vbTextCompare", "vbBinaryCompare"))), Result: KindInteger,
		evaluate: (*invocation).inStr},
	{Name: "IsNothing", Summary: "Whether the value is absent.",
		Parameters: params(pAny("source")), Result: KindBoolean, Availability: ListedOnly, ServiceOnly: true},
	{Name: "IsNull", Summary: "Whether the value is null.", Parameters: params(pAny("expression")), Result: KindBoolean, evaluate: whether(isNull)},
	{Name: "IsNullOrEmpty", Summary: "Whether the value is null or empty.",
		Parameters: params(pAny("expression")), Result: KindBoolean, evaluate: whether(Value.isNullOrEmpty)},
	{Name: "IsPresent", Summary: "Whether the value is neither null nor empty.",
		Parameters: params(keyed("source", pAny("expression"))), Result: KindBoolean, evaluate: whether(isPresent)},
	{Name: "IsString", Summary: "Whether the value can be text.",
		Parameters: params(pAny("expression")), Result: KindBoolean, evaluate: whether(isString)},
	{Name: "Item", Summary: "One value of a list, counted from 1.",
		Parameters: params(pList("attribute"), pInteger("index")), evaluate: (*invocation).item, check: checkItem},
	{Name: "Join", Summary: "All values that are not empty, with the separator between them.",
		Parameters: params(pText("separator"), pAny("source")), Repeat: 1, RepeatMin: 1, evaluate: (*invocation).join, check: checkJoin},
	{Name: "Left", Summary: "The first characters of the text.",
		Parameters: params(pText("String"), pInteger("NumChars")), evaluate: (*invocation).left},
	{Name: "Len", Summary: "The number of characters, 0 for null.", Parameters: params(pText("String")), Result: KindInteger, evaluate: (*invocation).length},
	{Name: "Mid", Summary: "Part of the text, by start (counted from 1) and length.",
		Parameters: params(pText("source"), pInteger("start"), pInteger("length")), evaluate: (*invocation).mid, check: checkMid},
	{Name: "NormalizeDiacritics", Summary: "The text with accented letters replaced by plain ones.",
		Parameters: params(pText("source")), evaluate: eachText(removeDiacritics)},
	{Name: "Not", Summary: "False for True, True for anything else.",
		Parameters: params(pBoolean("source")), Result: KindBoolean, evaluate: (*invocation).not},
	{Name: "Now", Summary: "The current date and time in UTC.", Result: KindDate, evaluate: (*invocation).now},
	{Name: "NumFromDate", Summary: "The Windows file time of an ISO 8601 date.",
		Parameters: params(pDate("value")), Result: KindInteger, evaluate: (*invocation).numFromDate},
	{Name: "PCase", Summary: "The text with each word capitalized.",
		Parameters: params(pText("source"), optional(pText("wordSeparators"))), evaluate: (*invocation).pCase},
	{Name: "Prepend", Summary: "The source with the prefix before it.",
		Parameters: params(pText("prefix"), pText("source")), Availability: ListedOnly, evaluate: (*invocation).prependText},
	{Name: "RandomString", Summary: "Random characters, with minimum numbers of digits, special characters, uppercase letters, and lowercase letters.",
		Parameters: params(pInteger("Length"), pInteger("MinimumNumbers"), pInteger("MinimumSpecialCharacters"), pInteger("MinimumCapital"),
			pInteger("MinimumLowerCase"), optional(pText("CharactersToAvoid"))),
		evaluate: (*invocation).randomString, check: checkRandomString},
	{Name: "Redact", Summary: "The value, hidden in the provisioning logs.",
		Parameters: params(pAny("value")), Result: KindAny, evaluate: (*invocation).same},
	{Name: "RemoveDuplicates", Summary: "The list with each value once.",
		Parameters: params(pList("attribute")), Result: KindList, evaluate: (*invocation).removeDuplicates},
	{Name: "Replace", Summary: "The source with text replaced, found as plain text, by a .NET regular expression, or through a template.",
		Parameters: params(pText("source"), optional(keyed("Find", pText("oldValue"))), optional(keyed("RegularExpression", pText("regexPattern"))),
			optional(keyed("RegularExpressionGroupName", pText("regexGroupName"))), optional(keyed("Replacement", pText("replacementValue"))),
			optional(keyed("ReplacementPropertyName", pText("replacementAttributeName"))), optional(keyed("Template", pText("template")))),
		evaluate: (*invocation).replace, check: checkReplace},
	{Name: "SelectUniqueValue", Summary: "The first value that does not exist in the target yet.",
		Parameters: params(pAny("rule")), Repeat: 1, RepeatMin: 2, Availability: OnPremisesAD,
		evaluate: (*invocation).selectUniqueValue, checkPlace: checkUniqueValue, lazy: true},
	{Name: "SingleAppRoleAssignment", Summary: "The app role of a user who has exactly one.",
		Parameters: params(pList("source")), evaluate: (*invocation).singleRole, check: checkRoles},
	{Name: "Split", Summary: "The parts of the text between delimiters.",
		Parameters: params(pText("source"), pText("delimiter")), Result: KindList, evaluate: (*invocation).split, check: checkSplit},
	{Name: "StringFromSid", Summary: "A security identifier as text.", Parameters: params(pAny("value")), Availability: CloudSync, ServiceOnly: true},
	{Name: "StripSpaces", Summary: "The text without spaces.", Parameters: params(pText("source")), evaluate: eachText(stripSpaces)},
	{Name: "Switch", Summary: "The value for the first key that equals the source; otherwise the default.",
		Parameters: params(pText("source"), optional(pAny("defaultValue")), optional(keyed("switchValue", pText("key"))),
			optional(keyed("switchValue", pAny("value")))), Repeat: 2, Result: KindAny,
		evaluate: (*invocation).switchCall, check: checkSwitch, selects: true},
	{Name: "ToLower", Summary: "The text in lowercase.",
		Parameters: params(pText("source"), optional(pText("culture"))), evaluate: (*invocation).toLower, check: checkCulture},
	{Name: "ToUpper", Summary: "The text in uppercase.",
		Parameters: params(pText("source"), optional(pText("culture"))), evaluate: (*invocation).toUpper, check: checkCulture},
	{Name: "Trim", Summary: "The text without white space at either end.",
		Parameters: params(keyed("source", pText("value"))), Availability: CloudSync, evaluate: eachText(strings.TrimSpace)},
	{Name: "Word", Summary: "One word of the text, counted from 1.",
		Parameters: params(pText("String"), pInteger("WordNumber"), pText("delimiters")), evaluate: (*invocation).word},
}
