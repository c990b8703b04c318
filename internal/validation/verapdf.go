package validation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"medborgarnavet/block/pdf"
	"medborgarnavet/block/pdfa/check"
	"medborgarnavet/internal/fault"
)

const (
	veraTime   = 30 * time.Second
	veraReport = 4 << 20 // bytes of a report that are read
)

// VeraPDFOptions say where veraPDF is and what it may cost.
type VeraPDFOptions struct {
	Path string        // of its command line program, "verapdf"; looked for in PATH when it has no slash
	Time time.Duration // for one file, the wait for a turn included; zero for 30 seconds
	Most int           // that run at a time; zero for 1
}

// VeraPDF is the command line program of veraPDF, as a second opinion on PDF/A
// (S-12). It is no part of the product: whoever runs the product installs it.
//
// The file goes to the program's standard input and its report comes back as
// XML; nothing of the file is written by us. The program runs in a private
// directory, which is also its home and its place for temporary files, and
// which is removed with all that is in it. Whatever goes wrong, such as a report
// that says something else than was asked for, is an error, never a verdict. It
// is safe for concurrent use. It is a Java program: a service that may not make
// memory executable (MemoryDenyWriteExecute in systemd) cannot start it.
type VeraPDF struct {
	path  string
	time  time.Duration
	turns chan struct{}
}

// NewVeraPDF makes a VeraPDF. The error tells that there is no such program.
func NewVeraPDF(o VeraPDFOptions) (*VeraPDF, error) {
	path, err := exec.LookPath(o.Path)
	if err == nil {
		path, err = filepath.Abs(path) // it runs in another directory
	}
	if err != nil {
		return nil, fmt.Errorf("validation: veraPDF: %w", err)
	}
	v := &VeraPDF{path: path, time: o.Time, turns: make(chan struct{}, max(1, o.Most))}
	if v.time <= 0 {
		v.time = veraTime
	}
	return v, nil
}

// Name is veraPDF's.
func (*VeraPDF) Name() string { return "veraPDF" }

// Version is not known before a report tells it.
func (*VeraPDF) Version() string { return "" }

// Check asks veraPDF whether a file is what it claims to be.
func (v *VeraPDF) Check(ctx context.Context, data []byte) (Conformance, error) {
	f, err := pdf.Read(data, pdf.Options{})
	if err != nil {
		return Conformance{}, err
	}
	claim, ok := check.Claim(f)
	if !ok {
		return Conformance{}, ErrNoClaim
	}
	ctx, cancel := context.WithTimeout(ctx, v.time)
	defer cancel()
	select {
	case v.turns <- struct{}{}:
		defer func() { <-v.turns }()
	case <-ctx.Done():
		return Conformance{}, fault.Wrap(fault.Unavailable, ctx.Err(), "validation: veraPDF has no time")
	}
	report, err := v.run(ctx, data, string(claim))
	if err != nil {
		return Conformance{}, err
	}
	return readVeraPDF(report, profileName(claim))
}

// run gives the program's report. Exit 1 is what it ends with when the file
// does not conform.
func (v *VeraPDF) run(ctx context.Context, data []byte, flavour string) (report []byte, err error) {
	dir, err := os.MkdirTemp("", "verapdf-") // for its owner alone
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "validation: veraPDF")
	}
	defer func() {
		if e := os.RemoveAll(dir); e != nil {
			err = errors.Join(err, fault.Wrap(fault.Unavailable, e, "validation: veraPDF's directory"))
		}
	}()
	cmd := exec.CommandContext(ctx, v.path, "--format", "xml", "-f", flavour, "--maxfailuresdisplayed", "1", "--loglevel", "0") // #nosec: the path is configured
	cmd.Dir, cmd.Env = dir, veraEnvironment(dir)
	cmd.Stdin = bytes.NewReader(data)
	out := &capped{most: veraReport}
	cmd.Stdout = out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it is a script that starts another program
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	out.full = func() { _ = cmd.Cancel() } // it has ended by itself, or will be ended by the time
	err = cmd.Run()
	var exit *exec.ExitError
	switch {
	case out.over:
		return nil, fault.New(fault.Unavailable, "validation: veraPDF says too much")
	case ctx.Err() != nil:
		return nil, fault.Wrap(fault.Unavailable, ctx.Err(), "validation: veraPDF takes too long")
	case err == nil, errors.As(err, &exit) && exit.ExitCode() == 1:
		return out.kept.Bytes(), nil
	}
	return nil, fault.Wrap(fault.Unavailable, err, "validation: veraPDF")
}

// veraEnvironment is what the program knows of ours: where programs are, and
// its own directory. JAVA_TOOL_OPTIONS bounds its memory.
func veraEnvironment(dir string) []string {
	env := []string{"HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C.UTF-8", "JAVA_TOOL_OPTIONS=-Xmx512m -Djava.awt.headless=true -Djava.io.tmpdir=" + dir + " -Duser.home=" + dir}
	for _, name := range []string{"PATH", "JAVA_HOME", "JAVACMD"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// capped keeps what is written to it, up to a size; then it calls full. The
// buffer is not embedded: its ReadFrom would know no size.
type capped struct {
	kept bytes.Buffer
	most int
	over bool
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	if c.over || c.kept.Len()+len(p) > c.most {
		if !c.over {
			c.over = true
			c.full()
		}
		return 0, io.ErrShortWrite
	}
	return c.kept.Write(p)
}

// flavourOf is a profile as veraPDF names it in its reports: "PDF/A-2B".
func flavourOf(profile string) string { return "PDF/A-" + strings.ToUpper(profile) + " " }
