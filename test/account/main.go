// Command account checks the assumptions of this project about Scalr on a real account:
//
//	SCALR_HOSTNAME=acme.scalr.io SCALR_TOKEN=… go run ./test/account
//
// SCALR_ACCOUNT_ID selects the account if the token has access to several. The command creates an environment and
// a tag with unique names, changes no other objects, and deletes both, also after a failure or an interrupt. It
// applies nothing. docs/scalr.md explains the rows. The exit code is 1 if a row differs and 2 if an object
// remains.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() { os.Exit(command(os.Getenv, os.Stdout, os.Stderr)) }

func command(getenv func(string) string, stdout, stderr io.Writer) int {
	base, err := baseURL(getenv("SCALR_HOSTNAME"))
	if err == nil && getenv("SCALR_TOKEN") == "" {
		err = errors.New("SCALR_TOKEN is not set")
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	// A second signal is caught too, because the created objects must be deleted.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &account{
		api:   api{base: base, token: getenv("SCALR_TOKEN"), http: &http.Client{Timeout: time.Minute}},
		id:    getenv("SCALR_ACCOUNT_ID"),
		poll:  2 * time.Second,
		limit: 10 * time.Minute,
		log:   stderr,
		found: map[string]string{},
	}
	return report(stdout, a, a.examine(ctx))
}

// baseURL accepts a host name, and for a simulator on this machine an http address.
func baseURL(host string) (*url.URL, error) {
	if host == "" {
		return nil, errors.New("SCALR_HOSTNAME is not set: the host of the account, such as acme.scalr.io")
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	if err != nil || u.Host == "" || u.User != nil {
		return nil, errors.New("SCALR_HOSTNAME is not a host name")
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme != "https" && !(u.Scheme == "http" && ip != nil && ip.IsLoopback()) {
		return nil, errors.New("SCALR_HOSTNAME must be reached by https; http is for a simulator on a loopback address")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// report prints the table and returns the exit code.
func report(w io.Writer, a *account, err error) int {
	code := 0
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "row\tassumed\tfound\t")
	for _, row := range assumptions {
		found, checked := a.found[row.id]
		verdict := "same"
		switch {
		case !checked:
			found, verdict, code = "-", "not checked", 1
		case found != row.assumed:
			verdict, code = "differs", 1
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.id, row.assumed, found, verdict)
	}
	_ = table.Flush()
	for _, note := range a.notes {
		fmt.Fprintln(w, "note:", note)
	}
	if err != nil {
		code = 1
		fmt.Fprintln(w, "stopped:", err)
	}
	for _, left := range a.left {
		code = 2
		fmt.Fprintln(w, "LEFT BEHIND, delete it in Scalr:", left)
	}
	return code
}
