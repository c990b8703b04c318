package main

import (
	"context"

	"medborgarnavet/plugins/ssbtek"
)

func ssbtekDecode(_ context.Context, args []string, std stdio) int {
	return ssbtek.DecodeCommand(args, std.in, std.out, std.err)
}

func ssbtekRequest(_ context.Context, args []string, std stdio) int {
	return ssbtek.RequestCommand(args, std.in, std.out, std.err)
}
