package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
)

// writeTables writes a Markdown table for each study: the mean accuracy over the
// seeds, and the mean difference from the study's first variant with the same
// seeds, with its standard error.
func writeTables(w io.Writer, jobs []job, finished func(job) (figures, error)) error {
	found := map[[2]string]map[int]figures{} // by study and variant, then by seed
	for _, j := range jobs {
		r, err := finished(j)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		key := [2]string{r.Study, r.Variant}
		if found[key] == nil {
			found[key] = map[int]figures{}
		}
		found[key][r.Seed] = r
	}
	for _, s := range studies {
		fmt.Fprintf(w, "### %s (`%s`, %d images of each of %d classes)\n\n", s.name, s.common, s.data.images, s.data.to-s.data.from)
		fmt.Fprint(w, "| | flags | seeds | top-1 % | against the first | seconds |\n|---|---|---|---|---|---|\n")
		first := found[[2]string{s.name, s.variants[0].name}]
		for _, v := range s.variants {
			if of := found[[2]string{s.name, v.name}]; len(of) > 0 {
				row(w, v, of, first)
			}
		}
		fmt.Fprintln(w)
	}
	return nil
}

// row is one variant's line, compared with the first variant's figures by seed.
func row(w io.Writer, v variant, of, first map[int]figures) {
	var top1, seconds, differences []float64
	for seed, r := range of {
		top1, seconds = append(top1, 100*r.Top1), append(seconds, r.Seconds)
		if base, ok := first[seed]; ok && base.Variant != r.Variant {
			differences = append(differences, 100*(r.Top1-base.Top1))
		}
	}
	change := ""
	if d, e := estimate(differences); len(differences) > 0 {
		change = fmt.Sprintf("%+.2f ± %.2f", d, e)
	}
	mean, _ := estimate(top1)
	took, _ := estimate(seconds)
	fmt.Fprintf(w, "| %s | `%s` | %d | %.2f | %s | %.1f |\n", v.name, v.flags, len(of), mean, change, took)
}

// estimate is the mean and its standard error, which is NaN for a single figure.
func estimate(v []float64) (mean, deviation float64) {
	var sum, squares float64
	for _, x := range v {
		sum += x
	}
	n := float64(len(v))
	mean = sum / n
	for _, x := range v {
		squares += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(squares / (n - 1) / n)
}
