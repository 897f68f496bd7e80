package fakeadbd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// sync serves files: STAT and SEND, which a push needs (AOSP,
// packages/modules/adb/SYNC.TXT).
func (s *stream) sync() error {
	for {
		id, n, err := s.request()
		if err != nil || id == "QUIT" {
			return err
		}
		name := make([]byte, n)
		if _, err := io.ReadFull(s, name); err != nil {
			return err
		}
		switch id {
		case "STAT":
			err = s.stat(string(name))
		case "SEND":
			err = s.receive(string(name))
		default:
			err = s.answer("FAIL", "unknown request "+id)
		}
		if err != nil {
			return err
		}
	}
}

// request reads a request's name and its number.
func (s *stream) request() (id string, n uint32, err error) {
	var h [8]byte
	if _, err := io.ReadFull(s, h[:]); err != nil {
		return "", 0, err
	}
	n = binary.LittleEndian.Uint32(h[4:])
	id = string(h[:4])
	if n > 64<<10 && id != "DONE" {
		return "", 0, fmt.Errorf("request %q of %d bytes", id, n)
	}
	return id, n, nil
}

func (s *stream) answer(id, text string) error {
	b := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(text)))
	_, err := s.Write(append(b, text...))
	return err
}

func (s *stream) stat(path string) error {
	var mode, size, mtime uint32
	if info, err := os.Stat(path); err == nil {
		const regular, directory = 0o100000, 0o040000
		mode = regular | uint32(info.Mode().Perm())
		if info.IsDir() {
			mode = directory | uint32(info.Mode().Perm())
		}
		size, mtime = uint32(info.Size()), uint32(info.ModTime().Unix())
	}
	b := []byte("STAT")
	for _, v := range []uint32{mode, size, mtime} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	_, err := s.Write(b)
	return err
}

// receive takes a file: "path,mode", chunks, and DONE.
func (s *stream) receive(request string) error {
	i := strings.LastIndexByte(request, ',')
	if i < 0 {
		return s.answer("FAIL", "no mode in "+request)
	}
	mode, err := strconv.ParseUint(request[i+1:], 0, 32)
	if err != nil {
		return s.answer("FAIL", err.Error())
	}
	f, failed := os.OpenFile(request[:i], os.O_CREATE|os.O_TRUNC|os.O_WRONLY, os.FileMode(mode).Perm())
	if failed == nil {
		defer f.Close()
	}
	for {
		id, n, err := s.request()
		if err != nil {
			return err
		}
		if id == "DONE" {
			break
		}
		chunk := make([]byte, n)
		if _, err := io.ReadFull(s, chunk); err != nil {
			return err
		}
		if s.diskFull.Load() && failed == nil {
			failed = errors.New("write failed: No space left on device")
		}
		if failed == nil {
			_, failed = f.Write(chunk)
		}
	}
	if failed != nil {
		return s.answer("FAIL", failed.Error())
	}
	return s.answer("OKAY", "")
}
