package text

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Absent is printed where there is no figure, as for NaN.
const Absent = "–"

// Unit is a unit and its value in the smallest unit of its kind.
type Unit struct {
	Name  string
	Worth float64
}

var (
	micros = []Unit{{"µs", 1}, {"ms", 1e3}, {"s", 1e6}}
	counts = []Unit{{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}, {"T", 1e12}}
	sizes  = []Unit{{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}
)

// Latency writes microseconds with three digits: 873 µs, 1.23 ms.
func Latency(us float64) string { return scaled(us, micros) }

// LatencyUnit returns the unit in which latencies up to us microseconds are
// easy to read, on an axis.
func LatencyUnit(us float64) Unit {
	for _, s := range micros {
		if us < 2000*s.Worth {
			return s
		}
	}
	return micros[len(micros)-1]
}

// Count writes a number of things with three digits: 812, 2.25 M.
func Count(n int64) string { return whole(n, counts, "") }

// PredictedRows writes how many of a network's rows were predicted, not
// measured, and their part of its latency: 3 of 18, 1.20 ms.
func PredictedRows(predicted, rows int, us float64) string {
	switch {
	case rows == 0:
		return Absent
	case predicted == 0:
		return fmt.Sprintf("0 of %d", rows)
	}
	return fmt.Sprintf("%d of %d, %s", predicted, rows, Latency(us))
}

// Bytes writes a size in decimal units with three digits: 27.3 kB.
func Bytes(n int64) string { return whole(n, sizes, " B") }

// Percent writes a fraction as a percentage with one decimal: 90.4 %.
func Percent(fraction float64) string {
	if absent(fraction) {
		return Absent
	}
	return fmt.Sprintf("%.1f %%", 100*fraction)
}

// Change writes how far a is from b, as a signed percentage of b: +2.1 %.
func Change(a, b float64) string {
	if absent(a) || absent(b) || b == 0 {
		return Absent
	}
	return fmt.Sprintf("%+.1f %%", 100*(a/b-1))
}

// Seconds writes how long something took: 4.2 s, 3 min 12 s, 1 h 05 min.
func Seconds(s float64) string {
	switch d := time.Duration(math.Round(s)) * time.Second; {
	case absent(s):
		return Absent
	case s < 59.95:
		return fmt.Sprintf("%.1f s", s)
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", d/time.Minute, d%time.Minute/time.Second)
	default:
		return fmt.Sprintf("%d h %02d min", d/time.Hour, d%time.Hour/time.Minute)
	}
}

// Plain makes text safe for a terminal: foreign names may contain
// characters that move its cursor or set its title. Line breaks stay.
func Plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || unicode.IsGraphic(r):
			return r
		case r == '\t':
			return ' '
		}
		return unicode.ReplacementChar
	}, text)
}

// List joins values for reading: a, b, c.
func List[T any](values []T) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = fmt.Sprint(v)
	}
	return strings.Join(parts, ", ")
}

// Plural counts things by the name of one of them: 1 row, 2 rows, 3 classes.
func Plural(n int, one string) string {
	switch last := one[len(one)-1]; {
	case n == 1:
		return fmt.Sprintf("%d %s", n, one)
	case last == 's' || last == 'x':
		return fmt.Sprintf("%d %ses", n, one)
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// First is the head of a list, with a mark if there are more words.
func First(words []string, n int) []string {
	if len(words) <= n {
		return words
	}
	return append(slices.Clone(words[:n]), "…")
}

// Quoted is a word for a shell, quoted only if necessary.
func Quoted(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n'\"\\$&|;<>()*?[]{}~#`!") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// absent reports whether there is no figure.
func absent(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

func whole(n int64, scales []Unit, unit string) string {
	if -1000 < n && n < 1000 {
		return fmt.Sprintf("%d%s", n, unit)
	}
	return scaled(float64(n), scales)
}

// scaled writes x with three significant digits in the largest unit in which it is at
// least 1, after rounding: 999.7 µs is 1.00 ms.
func scaled(x float64, scales []Unit) string {
	if absent(x) {
		return Absent
	}
	if x == 0 {
		return "0 " + scales[0].Name
	}
	for i, s := range scales {
		y := x / s.Worth
		last := i == len(scales)-1
		for decimals := 2; decimals >= 0; decimals-- {
			p := math.Pow10(decimals)
			if math.Abs(math.Round(y*p)/p) < math.Pow10(3-decimals) || last && decimals == 0 {
				return fmt.Sprintf("%.*f %s", decimals, y, s.Name)
			}
		}
	}
	panic("unreachable: the last scale takes every number")
}

// Known formats a figure, Absent when it is 0, which stands for unknown.
func Known[T int | int64 | float64](x T, format func(T) string) string {
	if x == 0 {
		return Absent
	}
	return format(x)
}

// Grouped writes a whole number with its digits in groups: 10 000.
func Grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}
