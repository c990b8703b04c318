package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"medborgarnavet/block/pades"
)

// pdfTimestamp adds a document time-stamp over all of a file.
func pdfTimestamp(ctx context.Context, args []string, std stdio) int {
	fs := flag.NewFlagSet("pdf timestamp", flag.ContinueOnError)
	tsa := fs.String("tsa", "", "`URL` of the time-stamp authority")
	out := fs.String("out", "", "the time-stamped `FILE`")
	force := fs.Bool("force", false, "write over a file that exists")
	name, err := oneFile(fs, args)
	if err == nil && (*tsa == "" || *out == "") {
		err = errors.New("say -tsa URL and -out FILE")
	}
	if err == nil && !isAddress(*tsa) {
		err = errNoAddress
	}
	if err != nil {
		return std.fail(err)
	}
	data, err := readPDF(std, name)
	if err != nil {
		return std.fail(err)
	}
	res, err := pades.Timestamp(ctx, data, stamper(*tsa))
	switch {
	case errors.Is(err, pades.ErrStamp):
		fmt.Fprintf(std.err, "medborgarnavet: %v; nothing was written\n", unsignable(err))
		return exitNo
	case err != nil:
		return std.fail(unsignable(err))
	}
	if err := writeNew(*out, res.File, *force); err != nil {
		return std.fail(err)
	}
	fmt.Fprintf(std.out, "%s: time-stamped in the field %s\n", clean(*out), clean(res.Field))
	return 0
}
