// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

package expression

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParseDate_readsCommonForms(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"2020-03-16", "2020-03-16T00:00:00Z"},
		{"2020-03-16-07:00", "2020-03-16T07:00:00Z"},
		{"2020-03-16+08:00", "2020-03-15T16:00:00Z"},
		{"2020-03-16Z", "2020-03-16T00:00:00Z"},
		{"2009-06-15T01:45:30-07:00", "2009-06-15T08:45:30Z"},
		{"2009-06-15T01:45:30.1234567Z", "2009-06-15T01:45:30.1234567Z"},
		{"2009-06-15 01:45:30 -0700", "2009-06-15T08:45:30Z"},
		{"2009-06-15T01:45+02", "2009-06-14T23:45:00Z"},
		{"  2009-6-5 1:45  ", "2009-06-05T01:45:00Z"},
		{"4/1/2001 12:00:00 AM", "2001-04-01T00:00:00Z"},
		{"4/1/2001 12:00:00 PM", "2001-04-01T12:00:00Z"},
		{"8/25/2021 5:41:18 PM", "2021-08-25T17:41:18Z"},
		{"8/25/2021 5 pm", "2021-08-25T17:00:00Z"},
		{"8/25/21", "2021-08-25T00:00:00Z"},
		{"8/25/51", "1951-08-25T00:00:00Z"},
		{"2021/8/25", "2021-08-25T00:00:00Z"},
		{"16 March 2020", "2020-03-16T00:00:00Z"},
		{"16-Mar-2020 07:30", "2020-03-16T07:30:00Z"},
		{"March 16, 2020", "2020-03-16T00:00:00Z"},
		{"Mon, 16 Mar 2020 07:00:00 GMT", "2020-03-16T07:00:00Z"},
		{"9999-12-31", "9999-12-31T00:00:00Z"},
		{"2024-02-29", "2024-02-29T00:00:00Z"},
	}
	for _, tt := range tests {
		got, ok := parseDate(tt.text)
		if !ok || got.Format(time.RFC3339Nano) != tt.want {
			t.Errorf("%q: got %s, %v; want %s", tt.text, got.Format(time.RFC3339Nano), ok, tt.want)
		}
	}
}

func TestParseDate_refusesWhatIsNoDate(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "soon", "2020", "2020-03", "2020-13-01", "2020-02-30", "2023-02-29", "2020-03-16T", "2020-03-16T25:00", "2020-03-16 10:61",
		"2020-03-16 13:00 PM", "2020-03-16 0:00 AM", "2020-03-16 10", "2020-03-16-", "2020-03-16-99:00", "2020-03-16x", "2020-03-161",
		"0000-01-01", "20200316", "16/03/2020", "Marchember 1, 2020", "20255-01-01", "123/1/2025", "1/1/20255", "9999-12-31T23:59:59-08:00", "2020-03-16T10:00:00.", "1", "12/",
	} {
		if got, ok := parseDate(text); ok {
			t.Errorf("%q was read as %s", text, got)
		}
	}
}

func TestEvaluate_dates(t *testing.T) {
	t.Parallel()
	runEvalCases(t, []evalCase{
		{`Now()`, String("7/30/2025 11:05:09 AM")},
		{`CDate("2020-03-16+08:00")`, String("3/15/2020 4:00:00 PM")},
		{`CDate("4/1/2001 12:00:00 AM")`, String("4/1/2001 12:00:00 AM")},
		{`DateAdd("yyyy", 10, CDate("2012-03-16-07:00"))`, String("3/16/2022 7:00:00 AM")},
		{`DateAdd("yyyy", -1, "2024-02-29")`, String("2/28/2023 12:00:00 AM")},
		{`DateAdd("m", 1, "2025-01-31")`, String("2/28/2025 12:00:00 AM")},
		{`DateAdd("m", -13, "2025-01-31")`, String("12/31/2023 12:00:00 AM")},
		{`DateAdd("d", 10, CDate("2012-03-16-07:00"))`, String("3/26/2012 7:00:00 AM")},
		{`DateAdd("ww", 2, "2025-12-25")`, String("1/8/2026 12:00:00 AM")},
		{`DateAdd("h", "-1", "2025-01-01")`, String("12/31/2024 11:00:00 PM")},
		{`DateAdd("n", 90, "2025-01-01")`, String("1/1/2025 1:30:00 AM")},
		{`DateAdd("s", 61, "2025-01-01")`, String("1/1/2025 12:01:01 AM")},
		{`DateAdd("s", 31536000000, "2000-01-01")`, String("5/3/2999 12:00:00 AM")},
		{`DateAdd("q", 1, "2025-11-30")`, String("2/28/2026 12:00:00 AM")},
		{`DateDiff("yyyy", "2024-12-31", "2025-01-01")`, String("1")},
		{`DateDiff("m", "8/25/2021 5:41:18 PM", "2012-03-16-07:00")`, String("-113")},
		{`DateDiff("m", "2025-01-31", "2025-02-01")`, String("1")},
		{`DateDiff("q", "2025-03-31", "2025-04-01")`, String("1")},
		{`DateDiff("ww", "2025-07-26", "2025-07-27")`, String("1")},
		{`DateDiff("ww", "2025-07-27", "2025-08-02")`, String("0")},
		{`DateDiff("ww", "2025-07-27", "2025-07-26")`, String("-1")},
		{`DateDiff("w", "2025-07-26", "2025-08-02")`, String("1")},
		{`DateDiff("d", "8/25/2021 5:41:18 PM", "2012-03-16-07:00")`, String("-3449")},
		{`DateDiff("d", "2025-01-01T12:00:00Z", "2025-01-02T11:00:00Z")`, String("0")},
		{`DateDiff("d", "2025-01-02T11:00:00Z", "2025-01-01T12:00:00Z")`, String("0")},
		{`DateDiff("h", "2025-01-01T00:00:00Z", "2025-01-01T01:59:59Z")`, String("1")},
		{`DateDiff("n", "2021-08-24", "2021-08-25")`, String("1440")},
		{`DateDiff("s", "0001-01-01", "9999-12-31")`, String("315537811200")},
		{`DateFromNum(129699324000000000)`, String("1/1/2012 11:00:00 PM")},
		{`DateFromNum(0)`, String("1/1/1601 12:00:00 AM")},
		{`NumFromDate("1601-01-01")`, String("0")},
		{`NumFromDate("2012-01-01 23:00:00")`, String("129699324000000000")},
		{`NumFromDate("2012-01-01T23:00:00.0000001Z")`, String("129699324000000001")},
		{`NumFromDate("2020-12-31 23:59:59-08:00")`, String("132539615990000000")},
		{`NumFromDate(Join("", FormatDateTime("2019-12-31-08:00", , "yyyy-MM-ddzzz", "yyyy-MM-dd"), " 23:59:59-08:00"))`, String("132223391990000000")},
	})
}

func TestEvaluate_dateFormats(t *testing.T) {
	t.Parallel()
	format := func(source, in, out string) string {
		return `FormatDateTime("` + source + `", , "` + in + `", "` + out + `")`
	}
	const iso = "yyyy-MM-ddTHH:mm:ss"
	runEvalCases(t, []evalCase{
		{format("2005-06-07T08:09:05", iso, "d dd ddd dddd"), String("7 07 Tue Tuesday")},
		{format("2005-06-07T08:09:05", iso, "M MM MMM MMMM"), String("6 06 Jun June")},
		{format("2005-06-07T08:09:05", iso, "y yy yyy yyyy yyyyy"), String("5 05 2005 2005 02005")},
		{format("2005-06-07T20:09:05", iso, "h hh H HH m mm s ss t tt"), String("8 08 20 20 9 09 5 05 P PM")},
		{format("2005-06-07T00:00:00", iso, "h tt"), String("12 AM")},
		{format("2005-06-07T08:09:05.1230000", iso+".fffffff", "f ff fff ffff F FF FFFF"), String("1 12 123 1230 1 12 123")},
		{format("2005-06-07T08:09:05.000", iso+".fff", "s.FFF"), String("5")},
		{format("2005-06-07T08:09:05.120", iso+".fff", "s.FFF"), String("5.12")},
		{format("2005-06-07T08:09:05", iso, "'it\\\\'s' d"), String("it's 7")},
		{format("2005-06-07T08:09:05.5", iso+".FFFFFFF", "s.fff"), String("5.500")},
		{format("2005-06-07T08:09:05.", iso+".FFF", "%s"), String("5")},
		{format("2005-06-07T08:09:05", iso+".FFF", "%s"), String("5")},
		{format("2005-06-07T08:09:05", iso, "z zz zzz"), String("+0 +00 +00:00")},
		{format("2005-06-07T08:09:05", iso, "yyyy-MM-ddK"), String("2005-06-07")},
		{format("2005-06-07T08:09:05Z", iso+"K", iso+"K"), String("2005-06-07T08:09:05Z")},
		{format("2005-06-07T08:09:05+02:00", iso+"K", iso+"K"), String("2005-06-07T06:09:05+00:00")},
		{format("2005-06-07-07:00", "yyyy-MM-ddzzz", "yyyy-MM-dd HH"), String("2005-06-07 07")},
		{format("2005-06-07 -7", "yyyy-MM-dd z", "HH"), String("07")},
		{format("20150123105347.1Z", "yyyyMMddHHmmss.fZ", "yyyy-MM-dd"), String("2015-01-23")},
		{format("31.1.2025", "d.M.yyyy", "MM/dd/yyyy"), String("01/31/2025")},
		{format("31012025", "ddMMyyyy", "yyyy"), String("2025")},
		{format("25-Dec-49", "dd-MMM-yy", "yyyy"), String("2049")},
		{format("25-dec-50", "dd-MMM-yy", "yyyy"), String("1950")},
		{format("Thursday, December 25, 2025", "dddd, MMMM d, yyyy", "yyyyMMdd"), String("20251225")},
		{format("12/31/2020 12:00:00 am", "M/d/yyyy h:mm:ss tt", "HH"), String("00")},
		{format("1/1/2020 1 p", "M/d/yyyy h t", "HH"), String("13")},
		{format("  2020-01-02  ", "yyyy-MM-dd", "dd"), String("02")},
		{format("2020", "yyyy", "yyyy-MM-dd"), String("2020-01-01")},
		{format("10:15", "HH:mm", "yyyy-MM-dd HH"), String("2025-07-30 10")},
		{format("05", "MM", "yyyy-MM-dd"), String("2025-05-01")},
		{format("17", "dd", "yyyy-MM-dd"), String("2025-01-17")},
		{format("2005-06-07T08:09:05", iso+"K", iso+"K"), String("2005-06-07T08:09:05")},
		{format("--05-06", "--MM-dd", "yyyy-MM-dd"), String("2025-05-06")},
		{format("2005-06-07T08:09:05", iso, "'at' HH 'o''clock' \\\\d %d"), String("at 08 oclock d 7")},
		{format("2005-06-07T08:09:05", iso, "d"), String("6/7/2005")},
		{format("2005-06-07T08:09:05", iso, "%d"), String("7")},
		{format("2005-06-07T08:09:05", iso, "G"), String("6/7/2005 8:09:05 AM")},
		{format("2005-06-07T08:09:05", iso, "s"), String("2005-06-07T08:09:05")},
		{format("2005-06-07T08:09:05", iso, "R"), String("Tue, 07 Jun 2005 08:09:05 GMT")},
		{format("2005-06-07T08:09:05.0000000Z", "o", "o"), String("2005-06-07T08:09:05.0000000Z")},
		{format("A.D. 5", "g y", "yyyy"), String("2005")},
		{`FormatDateTime("10:15", "NoCurrentDateDefault", "HH:mm", "yyyy HH")`, String("0001 10")},
		{`FormatDateTime(" 2020 - 01 - 02 ", "AllowWhiteSpaces", "yyyy-MM-dd", "dd")`, String("02")},
		{`FormatDateTime("2020-01-02", "32", "yyyy-MM-dd", "ddK")`, String("02+00:00")},
		{`FormatDateTime("2020-01-02", "AdjustToUniversal, AssumeUniversal", "yyyy-MM-dd", "ddK")`, String("02Z")},
		{`FormatDateTime("2020-01-02", "yyyy-MM-dd", "dd")`, String("02")},
		{`FormatDateTime(Now(), , "M/d/yyyy h:mm:ss tt", "yyyy-MM-dd")`, String("2025-07-30")},
	})
}

func TestEvaluate_dateTextThatDoesNotFitItsFormat(t *testing.T) {
	t.Parallel()
	tests := []struct{ source, format, want string }{
		{"2020-1-02", "yyyy-MM-dd", "it does not match the format"},
		{"2020-01-02x", "yyyy-MM-dd", "it continues after the format ends"},
		{"2020-01", "yyyy-MM-dd", "it does not match the format"},
		{"2020-02-30", "yyyy-MM-dd", "there is no such day"},
		{"2020-13-01", "yyyy-MM-dd", "it does not match the format"},
		{"Monday 2020-01-02", "dddd yyyy-MM-dd", "its day of the week is wrong"},
		{"2020-01-02 2021", "yyyy-MM-dd yyyy", "it does not match the format"},
		{"13:00 PM 2020-01-02", "HH:mm tt yyyy-MM-dd", ""},
		{"13:00 AM 2020-01-02", "HH:mm tt yyyy-MM-dd", "its hour is not possible"},
		{"13:00 PM 2020-01-02", "hh:mm tt yyyy-MM-dd", "it does not match the format"},
		{"2020-01-02 XM", "yyyy-MM-dd tt", "it does not match the format"},
		{"2020-01-02 0700", "yyyy-MM-dd zzz", "it does not match the format"},
		{"2020-01-02 +15:00", "yyyy-MM-dd zzz", "it does not match the format"},
		{"2020-01-02 +02:60", "yyyy-MM-dd zzz", "it does not match the format"},
		{"2020-01-02 +02:30", "yyyy-MM-dd zz", "it continues after the format ends"},
		{"2020-01-02 07:00", "yyyy-MM-dd zzz", "it does not match the format"},
		{"9999-12-31-08:00", "yyyy-MM-ddzzz", ""},
		{"0001-01-01+08:00", "yyyy-MM-ddzzz", "it is out of range"},
		{"2020-01-02T10:00:00.12", "yyyy-MM-ddTHH:mm:ss.fff", "it does not match the format"},
		{"2020-01 - 02", "yyyy-MM-dd", "it does not match the format"},
	}
	for _, tt := range tests {
		f, err := compileFormat(tt.format)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.parse(tt.source, styleDefault, nil)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q by %q (-want +got)\n%s", tt.source, tt.format, diff)
		}
	}
}

func TestCompileFormat_refusesBrokenFormats(t *testing.T) {
	t.Parallel()
	tests := []struct{ format, want string }{
		{"", "it is empty"},
		{"q", "there is no standard format `q`"},
		{"yyyy'", "a quote in it is not closed"},
		{`"x\`, "a quote in it is not closed"},
		{`yyyy\`, "it ends in a backslash"},
		{"yyyy%", "`%` must precede a specifier"},
		{"ffffffff", "it has more than 7 `f` in a row"},
	}
	for _, tt := range tests {
		if _, err := compileFormat(tt.format); err == nil || err.Error() != tt.want {
			t.Errorf("%q: error %v, want %s", tt.format, err, tt.want)
		}
	}
}
