package repository_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// inSandbox runs the calling test again in a separate network and mount namespace, in parallel with other tests, and
// reports whether this is that second run, in which the test can change addresses, firewall rules, mounts and the
// environment without affecting anything else.
func inSandbox(t *testing.T, tools ...string) bool {
	t.Helper()
	if os.Getenv("RELEASE_SANDBOX") != "" {
		return true
	}
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("needs root, for namespaces and rules of a firewall")
	}
	needTools(t, append(tools, "iptables", "unshare", "setpriv", "bash")...)
	cmd := exec.Command(os.Args[0], "-test.run=^"+regexp.QuoteMeta(t.Name())+"$", "-test.v")
	cmd.Env = append(os.Environ(), "RELEASE_SANDBOX=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) {
		t.Skipf("needs a root that may make namespaces: %v", err)
	}
	if err != nil {
		t.Fatalf("in a sandbox: %v\n%s", err, out)
	}
	if !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("the test did not pass in its sandbox:\n%s", out)
	}
	return false
}

// loopback starts the sandbox's only network device, with a second address.
func loopback(t *testing.T) {
	t.Helper()
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(socket) }()
	request := func(operation uint, device string, fill func(*unix.Ifreq)) {
		r, err := unix.NewIfreq(device)
		if err != nil {
			t.Fatal(err)
		}
		fill(r)
		if err := unix.IoctlIfreq(socket, operation, r); err != nil {
			t.Fatal(err)
		}
	}
	request(unix.SIOCSIFFLAGS, "lo", func(r *unix.Ifreq) { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING) })
	// The resolver returns no IPv4 addresses on a machine that has none outside 127.0.0.0/8.
	request(unix.SIOCSIFADDR, "lo:1", func(r *unix.Ifreq) { err = r.SetInet4Addr([]byte{192, 0, 2, 1}) })
	if err != nil {
		t.Fatal(err)
	}
}

// over mounts a file over another one.
func over(t *testing.T, target, content string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mounted")
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(file, target, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
}

// public makes a directory that the user nobody can reach, unlike those of the testing package.
func public(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "release-test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// listen accepts connections, or packets, until the test ends.
func listen(t *testing.T, network, address string) {
	t.Helper()
	if strings.HasPrefix(network, "udp") {
		c, err := net.ListenPacket(network, address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return
	}
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
}

// TestConfine checks that only the given hosts are reachable from a confined command.
func TestConfine(t *testing.T) {
	needAll(t)
	if !inSandbox(t) {
		return
	}
	loopback(t)
	over(t, "/etc/hosts", "127.0.0.1 localhost\n127.0.0.7 allowed.test\n127.0.0.8 allowed.test\n127.0.0.9 other.test\n")
	if err := unix.Mount("none", "/run", "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	listen(t, "unix", "/run/docker.sock")
	for _, address := range []string{"127.0.0.7:443", "127.0.0.8:443", "127.0.0.9:443", "127.0.0.7:444", "127.0.0.1:443",
		"[::1]:443"} {
		listen(t, "tcp", address)
	}
	listen(t, "udp", "127.0.0.7:443")
	listen(t, "udp", "127.0.0.1:53")
	dir := public(t)
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("for the confined alone"), 0o600); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(public(t), "file")
	cases := []struct {
		name, command string
		works         bool
	}{
		{name: "allowed host", command: "</dev/tcp/allowed.test/443", works: true},
		{name: "its second address", command: "</dev/tcp/127.0.0.8/443", works: true},
		{name: "another port of the allowed host", command: "</dev/tcp/allowed.test/444"},
		{name: "packets to it", command: "echo x >/dev/udp/127.0.0.7/443"},
		{name: "another host", command: "</dev/tcp/127.0.0.9/443"},
		{name: "another host by name", command: "</dev/tcp/other.test/443"},
		{name: "this machine", command: "</dev/tcp/127.0.0.1/443"},
		{name: "this machine over IPv6", command: "</dev/tcp/::1/443"},
		{name: "a name server", command: "echo x >/dev/udp/127.0.0.1/53"},
		{name: "Docker", command: "[ -e /run/docker.sock ]"},
		{
			name:    "its own directory",
			command: "[ \"$(cat secret)\" = 'for the confined alone' ] && echo x >$HOME/written",
			works:   true,
		},
		{name: "a file outside", command: "echo x >" + outside},
		{name: "the rules", command: "iptables -F OUTPUT"},
		{name: "other processes", command: "[ $(ls -d /proc/[0-9]* | wc -l) -gt 9 ]"},
		{
			name: "no new privileges",
			command: "grep -q 'NoNewPrivs:.1' /proc/self/status && grep -q 'CapBnd:.0000000000000000' /proc/self/status && " +
				"[ $(id -u) = 65534 ]",
			works: true,
		},
		{name: "a namespace of its own", command: "unshare --user --net --map-root-user </dev/tcp/127.0.0.9/443"},
		{name: "an environment to use", command: "[ \"$GIVEN\" = value ]", works: true},
	}
	script := ""
	for i, c := range cases {
		script += fmt.Sprintf("timeout 5 bash -euc %s && echo works %d; ", quoted(c.command), i)
	}
	cmd := exec.Command(".github/release/confine", dir, "allowed.test:443", "--", "bash", "-c", script+"exit 7")
	cmd.Env = append(os.Environ(), "GIVEN=value")
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	if code := exitCode(t, err); code != 7 {
		t.Errorf("the exit code is %d, want the command's own", code)
	}
	for i, c := range cases {
		if works := strings.Contains(string(out), fmt.Sprintf("works %d\n", i)); works != c.works {
			t.Errorf("%s: %q: works is %v, want %v\n%s", c.name, c.command, works, c.works, log.String())
		}
	}
	for _, address := range []string{"127.0.0.7:443", "127.0.0.9:443"} {
		if c, err := net.Dial("tcp", address); err != nil {
			t.Errorf("%s cannot be reached without confinement: %v", address, err)
		} else {
			_ = c.Close()
		}
	}
	if out, err := exec.Command(".github/release/confine", dir, "--", "bash", "-c", "</dev/tcp/127.0.0.7/443").
		CombinedOutput(); err == nil {
		t.Errorf("without any host one was reached: %s", out)
	}
	unknown, err := exec.Command(".github/release/confine", dir, "unknown.test:443", "--", "true").CombinedOutput()
	if err == nil || !strings.Contains(string(unknown), "has no address") {
		t.Errorf("an unknown host: %v, %s", err, unknown)
	}
	for _, tool := range []string{"iptables", "ip6tables"} {
		if rules, err := exec.Command(tool, "-S").Output(); err != nil || strings.Contains(string(rules), "CONFINE") {
			t.Errorf("%s still has the rules %s (%v)", tool, rules, err)
		}
	}
}

// quoted is a text as one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
