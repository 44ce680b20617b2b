package machine

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// asClock makes the test's binary a program that tells the time, each time that it is asked.
const asClock = "PLUMBLINE_MACHINE_TEST_AS_CLOCK"

func TestMain(m *testing.M) {
	if os.Getenv(asClock) != "" {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			fmt.Println(time.Now().Unix())
		}
		return
	}
	os.Exit(m.Run())
}

func TestAProgramReadsAnotherTimeUntilItIsRestored(t *testing.T) {
	program := exec.Command("/proc/self/exe")
	program.Env = append(os.Environ(), asClock+"=1")
	in, err1 := program.StdinPipe()
	out, err2 := program.StdoutPipe()
	if err := errors.Join(err1, err2, program.Start()); err != nil {
		t.Fatal(err)
	}
	defer func() {
		in.Close()
		_ = program.Wait()
	}()
	answers := bufio.NewScanner(out)
	ahead := func() int64 {
		if _, err := io.WriteString(in, "\n"); err != nil || !answers.Scan() {
			t.Fatalf("the program does not answer: %v", err)
		}
		told, err := strconv.ParseInt(answers.Text(), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return told - time.Now().Unix()
	}
	near := func(ahead, seconds int64) bool { return ahead >= seconds-2 && ahead <= seconds+2 }

	const shift = -3600
	if got := ahead(); !near(got, 0) {
		t.Fatalf("ahead by %d to begin with", got)
	}
	changed, err := shiftClock(program.Process.Pid, shift, true)
	if errors.Is(err, unix.EPERM) || errors.Is(err, os.ErrPermission) {
		t.Skipf("this machine lets no process be traced: %v", err)
	}
	if err != nil || !changed {
		t.Fatalf("changed %t, %v", changed, err)
	}
	if got := ahead(); !near(got, shift) {
		t.Errorf("ahead by %d, expected %d", got, shift)
	}
	if changed, err := shiftClock(program.Process.Pid, shift, true); changed || err != nil {
		t.Errorf("shifted once more: %t, %v", changed, err)
	}
	if changed, err := shiftClock(program.Process.Pid, shift, false); !changed || err != nil {
		t.Errorf("restored: %t, %v", changed, err)
	}
	if got := ahead(); !near(got, 0) {
		t.Errorf("ahead by %d when restored", got)
	}
}

func TestAProcessThatIsGoneIsPassedOver(t *testing.T) {
	program := exec.Command("/bin/true")
	if err := program.Run(); err != nil {
		t.Fatal(err)
	}
	if changed, err := shiftClock(program.Process.Pid, 1, true); changed || err != nil {
		t.Errorf("%t, %v", changed, err)
	}
}
