// Command medborgarnavet is the product: the server and its tools.
//
// Each subcommand is one file. Flags may stand before or after other
// arguments, with one dash or two. Exit codes: 0 done, 1 the answer is no
// (a check that failed, a log that was tampered with), 2 wrong use or input;
// pdf verify has two more.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"
)

// command is one subcommand.
type command struct {
	usage string
	run   func(ctx context.Context, args []string, std stdio) int
}

type stdio struct {
	in       io.Reader
	out, err io.Writer
}

// fail prints one line and gives the exit code for wrong use or input.
func (s stdio) fail(err error) int {
	fmt.Fprintf(s.err, "medborgarnavet: %v\n", err)
	return 2
}

var commands = map[string]command{
	"serve":            {"serve -config FILE            serve every municipality of the configuration", serve},
	"check":            {"check -config FILE            tell everything that is wrong with a configuration", check},
	"migrate":          {"migrate -config FILE          bring the databases to this version", migrate},
	"purge":            {"purge -config FILE            destroy what is past its time, now", purge},
	"backup":           {"backup -config FILE -to FILE  copy a SQLite database", backup},
	"restore":          {"restore -config FILE -from FILE  put a copy in the place of a lost database", restore},
	"audit verify":     {"audit verify -config FILE     tell whether the audit log is whole", auditVerify},
	"keys cohort":      {"keys cohort -config FILE      turn numbers from standard input into words for a plug-in's cohort", keysCohort},
	"keys init":        {"keys init FILE DIR            make a master key and the folder of short-lived keys", keysInit},
	"pdf check":        {"pdf check FILE [-profile 1b|2b|3b] [-json]  tell whether a file is PDF/A", pdfCheck},
	"pdf scan":         {"pdf scan FILE [-json]         look for what could be revealed after a file is signed", pdfScan},
	"pdf seal":         {"pdf seal FILE -key FILE -cert FILE -out FILE [-level L] [-tsa URL]  seal a file for an organisation", pdfSeal},
	"pdf sign":         {"pdf sign FILE -key FILE -cert FILE -out FILE [-level L] [-tsa URL]  sign a file", pdfSign},
	"pdf timestamp":    {"pdf timestamp FILE -tsa URL -out FILE  time-stamp a file", pdfTimestamp},
	"pdf verify":       {"pdf verify FILE [-json] [-trust PEM…] [-time T] [-online]  tell what a file's signatures are worth", pdfVerify},
	"petition import":  {"petition import -config FILE -source NAME [-municipality ID] [-format csv|json] [-dry-run] FILE  take petitions over from another system", petitionImport},
	"petition rewrite": {"petition rewrite -config FILE      put the votes in the order of their codes, before a dump", petitionRewrite},
	"petition audit":   {"petition audit FILES… [-key HEX] [-receipt FILE] [-json]  check what is published of a petition's count", petitionAudit},
	"sealer":           {"sealer -config FILE           keep petitions' keys for other organisations", sealer},
	"sealer init":      {"sealer init DIR               make a sealer's directory of keys", sealerInit},
	"sealer key":       {"sealer key DIR                print the public key of a sealer's statements", sealerKey},
	"ssbtek decode":    {"ssbtek decode FILE            print a SOAP answer as JSON", ssbtekDecode},
	"ssbtek request":   {"ssbtek request --person N --from D --to D --sources AF,CSN  print the SOAP request", ssbtekRequest},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], stdio{os.Stdin, os.Stdout, os.Stderr}))
}

func run(ctx context.Context, args []string, std stdio) int {
	for words := min(2, len(args)); words > 0; words-- {
		if c, ok := commands[strings.Join(args[:words], " ")]; ok {
			return c.run(ctx, args[words:], std)
		}
	}
	if len(args) == 1 && strings.Contains("help -h -help --help", args[0]) {
		usage(std.out)
		return 0
	}
	usage(std.err)
	return 2
}

func usage(w io.Writer) {
	fmt.Fprintln(w, "medborgarnavet: a municipality's e-services, from login to decision")
	names := make([]string, 0, len(commands))
	for name := range commands {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintln(w, "  medborgarnavet", commands[name].usage)
	}
}
