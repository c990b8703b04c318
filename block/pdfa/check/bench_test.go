package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Issue 3: at least 50 ordinary files a second on 2 cores.
func BenchmarkCheck(b *testing.B) {
	d := newDoc(A2b)
	cidDoc().into(d)
	d.content = strings.Repeat("BT /F 9 Tf 10 10 Td <00010002> Tj ET 0 0 1 rg 1 1 9 9 re f\n", 2000)
	data := d.bytes(b)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		res, err := Check(data, A2b, Options{})
		if err != nil || !res.Conformant {
			b.Fatal(rulesOf(res), err)
		}
	}
}

// BenchmarkCorpus checks the corpus' files for 2b, one core.
func BenchmarkCorpus(b *testing.B) {
	dir := corpusDir()
	if dir == "" {
		b.Log("the corpus is not here")
		return
	}
	var files [][]byte
	err := filepath.WalkDir(filepath.Join(dir, "PDF_A-2b"), func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			data, err := os.ReadFile(path)
			files = append(files, data)
			return err
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		_, _ = Check(files[n%len(files)], A2b, Options{})
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "files/s")
}
