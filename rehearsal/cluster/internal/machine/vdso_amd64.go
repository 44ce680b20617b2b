package machine

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Programs ask for the time of day by functions of the vDSO, a few pages of code that the kernel maps into every process. To shift a
// process's time, those functions are replaced in its copy of the pages by code that asks the kernel and adds the shift.

// The kernel's numbers of the calls that the functions stand for.
const (
	callGetTimeOfDay = 96
	callTime         = 201
	callClockGetTime = 228
)

// timeFunctions give the code that replaces a function, by its name in the vDSO. Arguments are in rdi and rsi, answers in rax.
var timeFunctions = map[string]func(seconds int32) []byte{
	"__vdso_clock_gettime": func(seconds int32) []byte {
		return code(ask(callClockGetTime),
			[]byte{0x85, 0xc0, 0x75, 0x10},            // test eax, eax; jnz to the end: it failed
			[]byte{0x85, 0xff, 0x74, 0x05},            // test edi, edi; jz over the next: CLOCK_REALTIME
			[]byte{0x83, 0xff, 0x05, 0x75, 0x07},      // cmp edi, 5; jne to the end: not CLOCK_REALTIME_COARSE
			[]byte{0x48, 0x81, 0x06}, number(seconds), // add qword [rsi], seconds
			[]byte{0xc3}, // ret
		)
	},
	"__vdso_gettimeofday": func(seconds int32) []byte {
		return code(ask(callGetTimeOfDay),
			[]byte{0x85, 0xc0, 0x75, 0x0c},            // test eax, eax; jnz to the end: it failed
			[]byte{0x48, 0x85, 0xff, 0x74, 0x07},      // test rdi, rdi; jz to the end: no time was asked for
			[]byte{0x48, 0x81, 0x07}, number(seconds), // add qword [rdi], seconds
			[]byte{0xc3}, // ret
		)
	},
	"__vdso_time": func(seconds int32) []byte {
		return code(ask(callTime),
			[]byte{0x48, 0x05}, number(seconds), // add rax, seconds
			[]byte{0x48, 0x85, 0xff, 0x74, 0x03}, // test rdi, rdi; jz over the next
			[]byte{0x48, 0x89, 0x07},             // mov [rdi], rax
			[]byte{0xc3},                         // ret
		)
	},
}

// ask is: mov eax, call; syscall.
func ask(call int32) []byte { return code([]byte{0xb8}, number(call), []byte{0x0f, 0x05}) }

func code(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func number(of int32) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(of)) }

// function is one of the vDSO's, as the kernel has it.
type function struct {
	name   string
	offset uint64
	// original is as much of its code as is replaced.
	original []byte
}

// vdso finds the functions in this process's own vDSO, which is everybody's.
var vdso = sync.OnceValues(func() ([]function, error) {
	base, err := vdsoBase(os.Getpid())
	if err != nil {
		return nil, err
	}
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		return nil, err
	}
	defer memory.Close()
	const longest = 1 << 16
	image := make([]byte, longest)
	// What is mapped after it ends the read early.
	length, _ := memory.ReadAt(image, int64(base))
	file, err := elf.NewFile(bytes.NewReader(image[:length]))
	if err != nil {
		return nil, fmt.Errorf("the kernel's vDSO cannot be read: %w", err)
	}
	symbols, err := file.DynamicSymbols()
	if err != nil {
		return nil, fmt.Errorf("the kernel's vDSO cannot be read: %w", err)
	}
	var found []function
	for _, symbol := range symbols {
		replace, ours := timeFunctions[symbol.Name]
		if !ours {
			continue
		}
		size := uint64(len(replace(0)))
		if symbol.Size < size {
			return nil, fmt.Errorf("%s of the kernel's vDSO has no room for another", symbol.Name)
		}
		found = append(found, function{symbol.Name, symbol.Value, image[symbol.Value : symbol.Value+size]})
	}
	if len(found) != len(timeFunctions) {
		return nil, errors.New("the kernel's vDSO lacks functions that are expected of it")
	}
	return found, nil
})

// vdsoBase is where a process has its vDSO; an error if it has none.
func vdsoBase(pid int) (uint64, error) {
	const entry, here = 16, 33 // two words; AT_SYSINFO_EHDR
	vector, err := os.ReadFile(fmt.Sprintf("/proc/%d/auxv", pid))
	if err != nil {
		return 0, err
	}
	for at := 0; at+entry <= len(vector); at += entry {
		if binary.LittleEndian.Uint64(vector[at:]) == here {
			return binary.LittleEndian.Uint64(vector[at+entry/2:]), nil
		}
	}
	return 0, errors.New("it has no vDSO")
}

// shiftClock has a process read the time that is so many seconds ahead, or the true time again, and says whether that was news. A process
// that is gone, or whose vDSO is another, is passed over.
func shiftClock(pid int, seconds int64, on bool) (changed bool, err error) {
	functions, err := vdso()
	if err != nil {
		return false, err
	}
	memory, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", pid), os.O_RDWR, 0)
	if err != nil {
		return false, unlessGone(err)
	}
	defer memory.Close()
	base, err := vdsoBase(pid)
	if err != nil {
		return false, nil
	}
	wanted := map[int64][]byte{}
	for _, f := range functions {
		is, at := make([]byte, len(f.original)), int64(base+f.offset)
		if _, err := memory.ReadAt(is, at); err != nil {
			return false, nil
		}
		from, to := f.original, timeFunctions[f.name](int32(seconds))
		if !on {
			from, to = to, from
		}
		if bytes.Equal(is, from) {
			wanted[at] = to
		}
	}
	if len(wanted) == 0 {
		return false, nil
	}
	err = whileStopped(pid, func(counters []uint64) error {
		for at, replacement := range wanted {
			for _, counter := range counters {
				if counter >= uint64(at) && counter < uint64(at)+uint64(len(replacement)) {
					return nil // It is in the middle of it; it is looked at again.
				}
			}
		}
		for at, replacement := range wanted {
			if _, err := memory.WriteAt(replacement, at); err != nil {
				return unlessGone(err)
			}
		}
		return nil
	})
	return err == nil, err
}

func unlessGone(err error) error {
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ESRCH) || errors.Is(err, unix.EIO) {
		return nil
	}
	return err
}
