package job

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"fbnas/devices"
	"fbnas/internal/fault"
)

// DeviceEntry is the document of fbnas devices add: a device and its name.
type DeviceEntry struct {
	Name    string  `json:"name"`
	Address string  `json:"address"`
	Runtime *string `json:"runtime"`
	Agent   *string `json:"agent"`
	Core    *int    `json:"core"`
}

// RegisterDevice registers a device under a name, with absolute paths of the
// entry's files. It does not touch the device.
func RegisterDevice(e devices.Entry) (*DeviceEntry, error) {
	for _, file := range []struct {
		flag string
		path *string
	}{{"--runtime", &e.Runtime}, {"--agent", &e.Agent}} {
		if err := absoluteFile(file.flag, file.path); err != nil {
			return nil, err
		}
	}
	if err := devices.Register(e); err != nil {
		return nil, err
	}
	return &DeviceEntry{e.Name, e.Address, orNull(e.Runtime), orNull(e.Agent), e.Core}, nil
}

// absoluteFile makes a flag's path absolute; it must name an existing file.
func absoluteFile(flag string, path *string) error {
	if *path == "" {
		return nil
	}
	info, err := os.Stat(*path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", *path)
	}
	if err == nil {
		*path, err = filepath.Abs(*path)
	}
	if err != nil {
		return fault.New(fault.Usage, "Give the path of a file.", "%s: %w", flag, err)
	}
	return nil
}

// ForgottenDevice is the document of fbnas devices remove.
type ForgottenDevice struct {
	Name string `json:"name"`
}

// ForgetDevice removes a device from the registry. Nothing on the device changes.
func ForgetDevice(name string) (*ForgottenDevice, error) {
	return &ForgottenDevice{name}, devices.Forget(name)
}

// CleanResult is the document of fbnas devices clean.
type CleanResult struct {
	Name    string   `json:"name"`
	Removed []string `json:"removed"`
}

// CleanDevice removes what interrupted measurements left on a device.
func CleanDevice(ctx context.Context, name string) (*CleanResult, error) {
	removed, err := devices.Clean(ctx, name)
	if err != nil {
		return nil, err
	}
	return &CleanResult{name, append([]string{}, removed...)}, nil
}
