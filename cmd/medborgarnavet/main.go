// Command medborgarnavet is the product: the server and its tools.
//
// Each subcommand is one file. Flags may stand before or after other
// arguments, with one dash or two. Exit codes: 0 done, 1 the answer is no
// (a check that failed, a log that was tampered with), 2 wrong use or input;
// pdf verify has two more.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

// command is one subcommand.
type command struct {
	args string // what it takes, as its help says it
	does string
	run  func(ctx context.Context, args []string, std stdio) int
}

// stdio is what a command reads and writes, and the head of its help.
type stdio struct {
	in       io.Reader
	out, err io.Writer
	help     string
}

// fail prints one line and gives the exit code for wrong use or input. A
// question for help is no fault: it is answered.
func (s stdio) fail(err error) int {
	var asked helpAsked
	if errors.As(err, &asked) {
		fmt.Fprint(s.out, s.help)
		asked.flags.SetOutput(s.out)
		asked.flags.PrintDefaults()
		return 0
	}
	fmt.Fprintf(s.err, "medborgarnavet: %v\n", err)
	return 2
}

const configFile = "-config FILE [-municipality ID]"

var commands = map[string]command{
	"serve":            {"-config FILE", "serve every municipality of the configuration", serve},
	"check":            {"-config FILE", "tell everything that is wrong with a configuration", check},
	"migrate":          {"-config FILE", "bring the databases to this version", migrate},
	"purge":            {"-config FILE", "destroy what is past its time, now", purge},
	"backup":           {configFile + " -to FILE", "copy a SQLite database", backup},
	"restore":          {configFile + " -from FILE", "put a copy in the place of a lost database", restore},
	"audit verify":     {configFile, "tell whether the audit log is whole", auditVerify},
	"keys cohort":      {configFile, "turn numbers from standard input into words for a plug-in's cohort", keysCohort},
	"keys init":        {"FILE DIR", "make a master key and the folder of short-lived keys", keysInit},
	"pdf check":        {"FILE [-profile 1b|2b|3b] [-json]", "tell whether a file is PDF/A", pdfCheck},
	"pdf scan":         {"FILE [-json]", "look for what could be revealed after a file is signed", pdfScan},
	"pdf seal":         {"FILE -key FILE -cert FILE -out FILE [-level L] [-tsa URL]", "seal a file for an organisation", pdfSeal},
	"pdf sign":         {"FILE -key FILE -cert FILE -out FILE [-level L] [-tsa URL]", "sign a file", pdfSign},
	"pdf timestamp":    {"FILE -tsa URL -out FILE", "time-stamp a file", pdfTimestamp},
	"pdf verify":       {"FILE [-json] [-trust PEM…] [-time T] [-online]", "tell what a file's signatures are worth", pdfVerify},
	"petition import":  {configFile + " -source NAME [-format csv|json] [-dry-run] FILE", "take petitions over from another system", petitionImport},
	"petition rewrite": {configFile, "put the votes in the order of their codes, before a dump", petitionRewrite},
	"petition audit":   {"FILES… [-key HEX] [-receipt FILE] [-json]", "check what is published of a petition's count", petitionAudit},
	"sealer":           {"-config FILE", "keep petitions' keys for other organisations", sealer},
	"sealer init":      {"DIR", "make a sealer's directory of keys", sealerInit},
	"sealer key":       {"DIR", "print the public key of a sealer's statements", sealerKey},
	"ssbtek decode":    {"FILE [-person NUMBER]", "print a SOAP answer as JSON", ssbtekDecode},
	"ssbtek request":   {"-person NUMBER -from DATE -to DATE [-sources AF,CSN,…]", "print the SOAP request", ssbtekRequest},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], stdio{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

func run(ctx context.Context, args []string, std stdio) int {
	if len(args) > 1 && args[0] == "help" {
		args = append(args[1:len(args):len(args)], "-h")
	}
	for words := min(2, len(args)); words > 0; words-- {
		name := strings.Join(args[:words], " ")
		if c, ok := commands[name]; ok {
			std.help = fmt.Sprintf("usage: medborgarnavet %s %s\n%s\n", name, c.args, c.does)
			return c.run(ctx, args[words:], std)
		}
	}
	word := "" // the first of some commands
	if len(args) > 0 && !isHelp(args[0]) {
		word = args[0]
	}
	names := begun(word)
	switch {
	case len(names) == 0 || word != "" && len(args) > 1 && !isHelp(args[1]):
		return std.fail(fmt.Errorf("there is no command %q; medborgarnavet help lists them", clean(strings.Join(args[:min(2, len(args))], " "))))
	case slices.ContainsFunc(args, isHelp):
		list(std.out, names)
		return 0
	}
	list(std.err, names)
	return 2
}

func isHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}

// begun are the names of the commands that begin with a word; "" is any.
func begun(word string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(commands)), func(name string) bool {
		first, _, _ := strings.Cut(name, " ")
		return word != "" && word != first
	})
}

// list tells what commands do.
func list(w io.Writer, names []string) {
	fmt.Fprintln(w, "medborgarnavet: a municipality's e-services, from login to decision")
	for _, name := range names {
		fmt.Fprintf(w, "  %-17s %s\n", name, commands[name].does)
	}
	fmt.Fprintln(w, "medborgarnavet COMMAND -h tells what a command takes")
}
