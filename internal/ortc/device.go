package ortc

import (
	"fmt"
	"runtime"
	"unsafe"
)

// Place names a memory and the provider that keeps tensors in it.
type Place struct {
	Memory string // OrtMemoryInfo's name: "Cpu", "Cuda"
	// CUDA are the options of the CUDA provider (OrtCUDAProviderOptionsV2), which
	// has the tensors in its memory; nil is the CPU provider.
	CUDA map[string]string
}

// Device keeps tensors in the memory of a provider. It must be closed after them. Only
// one goroutine at a time may call its methods and theirs.
type Device struct {
	rt        *Runtime
	session   uintptr // of the copying model
	memory    uintptr
	allocator uintptr
	in, out   *byte // the copying model's names
}

// CopyInput and CopyOutput are the names in the model that OpenDevice takes.
const CopyInput, CopyOutput = "x", "y"

// OpenDevice finds the memory through a session of a model that copies float32
// tensors of any shape. The same session copies into and out of the memory: the
// runtime moves inputs to the provider and results to the requested memory,
// whichever the provider is.
func (rt *Runtime) OpenDevice(p Place, model []byte) (*Device, error) {
	d := &Device{rt: rt, in: cString(CopyInput), out: cString(CopyOutput)}
	if err := d.open(p, model); err != nil {
		d.Close()
		return nil, fmt.Errorf("open memory %s: %w", p.Memory, err)
	}
	return d, nil
}

func (d *Device) open(p Place, model []byte) error {
	options, err := d.rt.options(Options{})
	if err != nil {
		return err
	}
	defer d.rt.release(releaseSessionOptions, &options)
	if p.CUDA != nil {
		if err := d.rt.useCUDA(options, p.CUDA); err != nil {
			return err
		}
	}
	if err := d.rt.call(createSessionFromArray, d.rt.env, uintptr(unsafe.Pointer(unsafe.SliceData(model))), uintptr(len(model)),
		options, uintptr(unsafe.Pointer(&d.session))); err != nil {
		return err
	}
	const deviceAllocator, first, defaultMemory = 0, 0, 0
	name := cString(p.Memory)
	if err := d.rt.call(createMemoryInfo, uintptr(unsafe.Pointer(name)), deviceAllocator, first, defaultMemory,
		uintptr(unsafe.Pointer(&d.memory))); err != nil {
		return err
	}
	return d.rt.call(createAllocator, d.session, d.memory, uintptr(unsafe.Pointer(&d.allocator)))
}

// useCUDA puts the CUDA provider before the CPU's.
func (rt *Runtime) useCUDA(session uintptr, options map[string]string) error {
	var o uintptr
	if err := rt.call(createCUDAOptions, uintptr(unsafe.Pointer(&o))); err != nil {
		return err
	}
	defer rt.release(releaseCUDAOptions, &o)
	for key, value := range options {
		k, v := cString(key), cString(value)
		if err := rt.call(updateCUDAOptions, o, uintptr(unsafe.Pointer(&k)), uintptr(unsafe.Pointer(&v)), 1); err != nil {
			return err
		}
	}
	return rt.call(appendCUDA, session, o)
}

// DeviceTensor is a float32 tensor in a device's memory.
type DeviceTensor struct {
	device *Device
	shape  []int64
	length int
	value  uintptr
}

// NewTensor makes a tensor whose values are undefined.
func (d *Device) NewTensor(shape []int64) (*DeviceTensor, error) {
	t := &DeviceTensor{device: d, shape: shape, length: 1}
	for _, n := range shape {
		t.length *= int(n)
	}
	err := d.rt.call(createTensorAsOrtValue, d.allocator, uintptr(unsafe.Pointer(unsafe.SliceData(shape))), uintptr(len(shape)),
		Float, uintptr(unsafe.Pointer(&t.value)))
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Handle is the OrtValue, for sessions of other packages.
func (t *DeviceTensor) Handle() uintptr { return t.value }

// Write copies values to the device, as many as the tensor has
// elements.
func (t *DeviceTensor) Write(values []float32) error {
	return t.across(values, func(host uintptr) error { return t.device.copy(host, t.value) })
}

// Read copies values from the device, as many as the tensor has elements.
func (t *DeviceTensor) Read(values []float32) error {
	return t.across(values, func(host uintptr) error { return t.device.copy(t.value, host) })
}

// across passes values to the runtime as a tensor of this one's shape.
func (t *DeviceTensor) across(values []float32, with func(host uintptr) error) error {
	if len(values) != t.length {
		return fmt.Errorf("%d values for the shape %v", len(values), t.shape)
	}
	rt := t.device.rt
	var pin runtime.Pinner
	defer pin.Unpin()
	data := unsafe.SliceData(values)
	pin.Pin(data)
	var host uintptr
	if err := rt.call(createTensorWithDataAsOrtValue, rt.memory, uintptr(unsafe.Pointer(data)), uintptr(4*len(values)),
		uintptr(unsafe.Pointer(unsafe.SliceData(t.shape))), uintptr(len(t.shape)), Float,
		uintptr(unsafe.Pointer(&host))); err != nil {
		return err
	}
	defer rt.release(releaseValue, &host)
	return with(host)
}

func (d *Device) copy(from, to uintptr) error {
	const defaultRunOptions = 0
	return d.rt.call(run, d.session, defaultRunOptions,
		uintptr(unsafe.Pointer(&d.in)), uintptr(unsafe.Pointer(&from)), 1,
		uintptr(unsafe.Pointer(&d.out)), 1, uintptr(unsafe.Pointer(&to)))
}

// Close releases the tensor; it may be called more than once.
func (t *DeviceTensor) Close() { t.device.rt.release(releaseValue, &t.value) }

// Close releases the session that the device was found through.
func (d *Device) Close() {
	d.rt.release(releaseAllocator, &d.allocator)
	d.rt.release(releaseMemoryInfo, &d.memory)
	d.rt.release(releaseSession, &d.session)
}
