package agent

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// Main is the main function of an agent program, given its arguments without its
// own name. It returns the exit status.
func Main(args []string, in io.Reader, out, errOut io.Writer) int {
	flags := flag.NewFlagSet("fbnas-agent", flag.ContinueOnError)
	flags.SetOutput(errOut)
	library := flags.String("ort", "libonnxruntime.so", "the ONNX Runtime library to load")
	models := flags.String("dir", ".", "the folder of the model files, DIGEST.onnx")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		flags.Usage()
		return 2
	}
	err := Serve(context.Background(), in, out, Config{
		Models:   os.DirFS(*models),
		Open:     OpenMachine(*library),
		Selftest: Selftest(*library),
	})
	if err != nil {
		fmt.Fprintln(errOut, "fbnas-agent:", err)
		return 1
	}
	return 0
}
