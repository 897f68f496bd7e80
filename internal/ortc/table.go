package ortc

// apiVersion is the requested version of the function table. The functions up to
// ONNX Runtime 1.18 are enough, so every runtime since then
// works.
const apiVersion = 18

// entry is a function's index in struct OrtApi. The table only grows, so an
// index never changes; TestTable compares them with the C header.
type entry int

const (
	getErrorCode                   entry = 1
	getErrorMessage                entry = 2
	createEnv                      entry = 3
	createSessionFromArray         entry = 8
	run                            entry = 9
	createSessionOptions           entry = 10
	setSessionExecutionMode        entry = 13
	enableProfiling                entry = 14
	enableCPUMemArena              entry = 18
	setSessionGraphOptimizationLvl entry = 23
	setIntraOpNumThreads           entry = 24
	sessionGetInputCount           entry = 30
	sessionGetOutputCount          entry = 31
	sessionGetInputTypeInfo        entry = 33
	sessionGetOutputTypeInfo       entry = 34
	sessionGetInputName            entry = 36
	sessionGetOutputName           entry = 37
	createTensorAsOrtValue         entry = 48
	createTensorWithDataAsOrtValue entry = 49
	getTensorMutableData           entry = 51
	castTypeInfoToTensorInfo       entry = 55
	getTensorElementType           entry = 60
	getDimensionsCount             entry = 61
	getDimensions                  entry = 62
	getTensorTypeAndShape          entry = 65
	createMemoryInfo               entry = 68
	createCPUMemoryInfo            entry = 69
	allocatorFree                  entry = 76
	getAllocatorWithDefaultOptions entry = 78
	releaseEnv                     entry = 92
	releaseStatus                  entry = 93
	releaseMemoryInfo              entry = 94
	releaseSession                 entry = 95
	releaseValue                   entry = 96
	releaseTypeInfo                entry = 98
	releaseTensorTypeAndShapeInfo  entry = 99
	releaseSessionOptions          entry = 100
	sessionEndProfiling            entry = 110
	getAvailableProviders          entry = 125
	releaseAvailableProviders      entry = 126
	addSessionConfigEntry          entry = 130
	createAllocator                entry = 131
	releaseAllocator               entry = 132
	appendCUDA                     entry = 204
	createCUDAOptions              entry = 205
	updateCUDAOptions              entry = 206
	releaseCUDAOptions             entry = 208
	entries                              = 209
)

// names are the functions' names in the C header, for messages.
var names = map[entry]string{
	getErrorCode:                   "GetErrorCode",
	getErrorMessage:                "GetErrorMessage",
	createEnv:                      "CreateEnv",
	createSessionFromArray:         "CreateSessionFromArray",
	run:                            "Run",
	createSessionOptions:           "CreateSessionOptions",
	setSessionExecutionMode:        "SetSessionExecutionMode",
	enableProfiling:                "EnableProfiling",
	enableCPUMemArena:              "EnableCpuMemArena",
	setSessionGraphOptimizationLvl: "SetSessionGraphOptimizationLevel",
	setIntraOpNumThreads:           "SetIntraOpNumThreads",
	sessionGetInputCount:           "SessionGetInputCount",
	sessionGetOutputCount:          "SessionGetOutputCount",
	sessionGetInputTypeInfo:        "SessionGetInputTypeInfo",
	sessionGetOutputTypeInfo:       "SessionGetOutputTypeInfo",
	sessionGetInputName:            "SessionGetInputName",
	sessionGetOutputName:           "SessionGetOutputName",
	createTensorAsOrtValue:         "CreateTensorAsOrtValue",
	createTensorWithDataAsOrtValue: "CreateTensorWithDataAsOrtValue",
	getTensorMutableData:           "GetTensorMutableData",
	castTypeInfoToTensorInfo:       "CastTypeInfoToTensorInfo",
	getTensorElementType:           "GetTensorElementType",
	getDimensionsCount:             "GetDimensionsCount",
	getDimensions:                  "GetDimensions",
	getTensorTypeAndShape:          "GetTensorTypeAndShape",
	createMemoryInfo:               "CreateMemoryInfo",
	createCPUMemoryInfo:            "CreateCpuMemoryInfo",
	allocatorFree:                  "AllocatorFree",
	getAllocatorWithDefaultOptions: "GetAllocatorWithDefaultOptions",
	releaseEnv:                     "ReleaseEnv",
	releaseStatus:                  "ReleaseStatus",
	releaseMemoryInfo:              "ReleaseMemoryInfo",
	releaseSession:                 "ReleaseSession",
	releaseValue:                   "ReleaseValue",
	releaseTypeInfo:                "ReleaseTypeInfo",
	releaseTensorTypeAndShapeInfo:  "ReleaseTensorTypeAndShapeInfo",
	releaseSessionOptions:          "ReleaseSessionOptions",
	sessionEndProfiling:            "SessionEndProfiling",
	getAvailableProviders:          "GetAvailableProviders",
	releaseAvailableProviders:      "ReleaseAvailableProviders",
	addSessionConfigEntry:          "AddSessionConfigEntry",
	createAllocator:                "CreateAllocator",
	releaseAllocator:               "ReleaseAllocator",
	appendCUDA:                     "SessionOptionsAppendExecutionProvider_CUDA_V2",
	createCUDAOptions:              "CreateCUDAProviderOptions",
	updateCUDAOptions:              "UpdateCUDAProviderOptions",
	releaseCUDAOptions:             "ReleaseCUDAProviderOptions",
}
