// Copyright (c) gotomeeting-provisioning contributors
// SPDX-License-Identifier: MPL-2.0

// Package control is the door through which people operate a running simulator: they advance the clock, do what an administrator
// does in the portal, make people join and leave, change passwords and licenses at GoTo, and make requests fail. It
// consists of a table of commands: the program's "ctl" sends them, a script lists them, and the scenarios consist of them.
//
// The door listens on a loopback address without TLS, apart from the services, so a client of theirs cannot find it.
package control

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator"
	"github.com/gotomeeting-provisioning/terraform-provider-gotomeeting/internal/simulator/store"
)

// verb is one thing that can be done.
type verb struct {
	name string // one or two words
	args string // names of the arguments; [X] may be left out, and the last may repeat with X...
	does string
	run  func(w *world, args []string) (string, error)
}

// section is a group of verbs, for the help.
type section struct {
	title string
	verbs []verb
}

// sections is the table of all verbs.
func sections() []section {
	return []section{
		{"Time", clockVerbs()},
		{"The administrator at the portal", portalVerbs()},
		{"People and groups", peopleVerbs()},
		{"GoTo", gotoVerbs()},
		{"What goes wrong", faultVerbs()},
		{"Look", lookVerbs()},
	}
}

// world is the simulator that a verb works on.
type world struct {
	*simulator.Server
}

// do is for a verb that has nothing to say.
func do(run func(w *world, args []string) error) func(*world, []string) (string, error) {
	return func(w *world, args []string) (string, error) { return "", run(w, args) }
}

// limits says how many arguments a verb takes; most is negative for any number.
func (v verb) limits() (least, most int) {
	for name := range strings.FieldsSeq(v.args) {
		repeats := strings.HasSuffix(strings.Trim(name, "[]"), "...")
		if !strings.HasPrefix(name, "[") {
			least++
		}
		if most++; repeats {
			return least, -1
		}
	}
	return least, most
}

func (v verb) usage() string { return strings.TrimSpace(v.name + " " + v.args) }

// Do carries out a command, which is a verb and its arguments, and returns what there is to say.
func Do(server *simulator.Server, command ...string) (string, error) {
	v, args, err := find(command)
	if err != nil {
		return "", err
	}
	if least, most := v.limits(); len(args) < least || most >= 0 && len(args) > most {
		if most == 0 && !strings.Contains(v.name, " ") {
			return "", unknown(command)
		}
		return "", fmt.Errorf("usage: %s", v.usage())
	}
	said, err := v.run(&world{server}, args)
	if err != nil {
		return "", fmt.Errorf("%s: %w", v.name, err)
	}
	return said, nil
}

// find returns the verb that a command begins with: the one of two words before the one of one.
func find(command []string) (verb, []string, error) {
	for words := min(2, len(command)); words > 0; words-- {
		name := strings.Join(command[:words], " ")
		for _, s := range sections() {
			for _, v := range s.verbs {
				if v.name == name {
					return v, command[words:], nil
				}
			}
		}
	}
	if len(command) == 0 {
		return verb{}, nil, errors.New("no command; \"help\" lists the commands")
	}
	return verb{}, nil, unknown(command)
}

func unknown(command []string) error {
	return fmt.Errorf("there is no command %q; \"help\" lists the commands", strings.Join(command, " "))
}

// Help lists the verbs.
func Help() string {
	var out strings.Builder
	for _, s := range sections() {
		fmt.Fprintf(&out, "%s\n", s.title)
		for _, v := range s.verbs {
			fmt.Fprintf(&out, "  %-48s %s\n", v.usage(), v.does)
		}
	}
	fmt.Fprintf(&out, "Effects of \"fault add\"\n")
	for _, k := range faultKinds() {
		fmt.Fprintf(&out, "  %-48s %s\n", strings.TrimSpace(k.name+" "+k.args), k.does)
	}
	out.WriteString("WHO is an id, a user principal name, the part before its @, or a display name; GROUP is an id or a display name.\n")
	return out.String()
}

// Words splits a line of a script: at blanks, except within double quotes, where a quote is written "". What follows a # at
// the beginning of a word is a remark.
func Words(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	within, begun := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"' && within && i+1 < len(line) && line[i+1] == '"':
			word.WriteByte(c)
			i++
		case c == '"':
			within, begun = !within, true
		case !within && (c == ' ' || c == '\t' || c == '\r'):
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		case c == '#' && !within && !begun:
			return words, nil
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if within {
		return nil, errors.New("a quote is not closed")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// Script carries out the commands of a script, a line each, with what carries out one, and writes what they say.
func Script(script io.Reader, out io.Writer, carryOut func(command ...string) (string, error)) error {
	lines := bufio.NewScanner(script)
	for number := 1; lines.Scan(); number++ {
		command, err := Words(lines.Text())
		if err == nil && len(command) > 0 {
			var said string
			said, err = carryOut(command...)
			fmt.Fprint(out, said)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return lines.Err()
}

// principal is the service principal that verbs of the portal work on: the one instance of a gallery entry that provisions.
func (w *world) principal() (store.ServicePrincipal, error) {
	var found []store.ServicePrincipal
	for _, p := range w.Store().ServicePrincipals(false) {
		if p.TemplateID == store.TemplateGoToMeeting || p.TemplateID == store.TemplateGoTo {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return store.ServicePrincipal{}, errors.New("no GoToMeeting application exists yet; \"portal application\" creates one")
	case 1:
		return found[0], nil
	}
	return store.ServicePrincipal{}, fmt.Errorf("there are %d GoToMeeting applications; delete all but one with \"portal delete-application ID\"", len(found))
}

// job is the job that verbs work on.
func (w *world) job() (store.Job, error) {
	p, err := w.principal()
	if err != nil {
		return store.Job{}, err
	}
	jobs, err := w.Store().Jobs(p.ID)
	if err != nil {
		return store.Job{}, err
	}
	if len(jobs) == 0 {
		return store.Job{}, errors.New("the application has no job; \"portal job\" creates one")
	}
	return jobs[0], nil
}
