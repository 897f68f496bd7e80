package jsonschema

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

type inner struct {
	Name  string `json:"name"`
	Other *int   `json:"other"`
}

type color string

type sample struct {
	Name string `json:"name"`
	inner
	List   []inner            `json:"list"`
	Map    map[string]float64 `json:"map,omitempty"`
	Color  color              `json:"color"`
	Self   written            `json:"self"`
	Hidden int                `json:"-"`
}

// written is a number that is written in the form of a struct.
type written int

func (w written) MarshalJSON() ([]byte, error) { return json.Marshal(inner{Name: "w"}) }
func (written) WrittenAs() reflect.Type        { return reflect.TypeFor[inner]() }

func maker() Maker { return Maker{reflect.TypeFor[color](): Enum("red", "blue")} }

// TestWhatIsWrittenIsValid: for any values of the fields.
func TestWhatIsWrittenIsValid(t *testing.T) {
	schema := maker().Of(reflect.TypeFor[sample]())
	one := 1
	for _, v := range []sample{
		{Color: "red"},
		{Name: "a", List: []inner{{"b", &one}}, Map: map[string]float64{"x": 0.5}, Color: "blue", Self: 3},
	} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := Validate(schema, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestWhatIsOtherwiseIsNot: each document differs from a valid one in one place.
func TestWhatIsOtherwiseIsNot(t *testing.T) {
	schema := maker().Of(reflect.TypeFor[sample]())
	const valid = `{"name":"a","other":1,"list":[{"name":"b","other":null}],"map":{"x":1.5},"color":"red","self":{"name":"w","other":2}}`
	if err := Validate(schema, []byte(valid)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, to, want string }{
		{`"name":"a",`, ``, ".name is missing"},
		{`"name":"a"`, `"name":7`, ".name is 7"},
		{`"other":1`, `"other":1.5`, ".other is 1.5"},
		{`"other":1`, `"other":1,"more":1`, ".more is not in the schema"},
		{`"other":null`, `"other":"x"`, ".list[0].other is x"},
		{`"name":"b",`, ``, ".list[0].name is missing"},
		{`"x":1.5`, `"x":true`, ".map.x is true"},
		{`"red"`, `"green"`, ".color is green"},
		{`"self":{"name":"w","other":2}`, `"self":3`, ".self is 3"},
		{`[{"name":"b","other":null}]`, `{}`, ".list is map"},
	} {
		err := Validate(schema, []byte(strings.Replace(valid, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, want %q", c.to, c.from, err, c.want)
		}
	}
}
