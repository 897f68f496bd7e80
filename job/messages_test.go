package job

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Options are data: whoever sends them to another process gets the same job there.
var messages = []any{
	BaselineOptions{}, BenchOptions{}, CheckOptions{}, EvalOptions{}, ExplainOptions{}, ExportOptions{}, ImportOptions{},
	MeasureOptions{}, MergeOptions{}, NetworkOptions{}, ProfileOptions{}, RangeOptions{}, RunOptions{}, SearchOptions{},
	SetupOptions{}, ShowOptions{}, TrainOptions{}, VerifyOptions{}, Int8Options{},
}

func TestOptionsTravelAsJSON(t *testing.T) {
	for _, m := range messages {
		sent := reflect.New(reflect.TypeOf(m))
		fill(t, sent.Elem(), sent.Elem().Type().Name())
		data, err := json.Marshal(sent.Interface())
		if err != nil {
			t.Errorf("%T: %v", m, err)
			continue
		}
		got := reflect.New(reflect.TypeOf(m))
		if err := json.Unmarshal(data, got.Interface()); err != nil {
			t.Errorf("%T: %v", m, err)
		}
		if d := cmp.Diff(sent.Interface(), got.Interface()); d != "" {
			t.Errorf("%T arrives otherwise:\n%s", m, d)
		}
	}
}

func TestEveryOptionsTypeIsAMessage(t *testing.T) {
	known := map[string]bool{}
	for _, m := range messages {
		known[reflect.TypeOf(m).Name()] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && strings.HasSuffix(spec.Name.Name, "Options") && !known[spec.Name.Name] {
				t.Errorf("%s: %s is not among the messages", name, spec.Name.Name)
			}
			return true
		})
	}
}

// fill gives every field a value that is not its zero.
func fill(t *testing.T, v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), name+"."+v.Type().Field(i).Name)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(t, v.Index(i), name)
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, name)
		fill(t, value, name)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float32, reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Int, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint64:
		v.SetUint(1<<63 + 1)
	default:
		t.Errorf("%s is a %s, which is not data", name, v.Kind())
	}
}
