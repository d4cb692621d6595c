// Reads an export with Go's own implementation of signed notes and transparency logs: signatures of every checkpoint
// (sumdb/note), the tree from its entries, every checkpoint as its beginning (tlog.CheckTree), every entry of some that are
// asked for (tlog.CheckRecord), by proofs made here and by those of the ledger.
//
//	go run main.go DIRECTORY VERIFIER-KEY [PROOF-FILE…]
package main

import (
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, said ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", said...)
	os.Exit(1)
}

func check(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

type head struct {
	size int64
	root tlog.Hash
}

func opened(data []byte, keys note.Verifiers, what string) head {
	signed, err := note.Open(data, keys)
	check(err, what)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err, what)
	return head{size, hash(lines[2])}
}

func hash(text string) (found tlog.Hash) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(data) != tlog.HashSize {
		fail("not a hash: %s", text)
	}
	copy(found[:], data)
	return found
}

func entries(directory string, size int64) (all [][]byte) {
	for index := int64(0); int64(len(all)) < size; index++ {
		path := fmt.Sprintf("%03d", index%1000)
		for rest := index / 1000; rest > 0; rest /= 1000 {
			path = fmt.Sprintf("x%03d/%s", rest%1000, path)
		}
		if left := size - index*256; left < 256 {
			path += fmt.Sprintf(".p/%d", left)
		}
		data, err := os.ReadFile(filepath.Join(directory, "tile/entries", path))
		check(err, "bundle")
		for len(data) > 0 {
			end := 2 + int(data[0])<<8 + int(data[1])
			all = append(all, data[2:end])
			data = data[end:]
		}
	}
	return all
}

func main() {
	directory := os.Args[1]
	key, err := note.NewVerifier(os.Args[2])
	check(err, "key")
	keys := note.VerifierList(key)

	data, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	check(err, "checkpoint")
	newest := opened(data, keys, "checkpoint")

	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for place, index := range indexes {
			found[place] = hashes[index]
		}
		return found, nil
	})
	leaves := entries(directory, newest.size)
	for index, leaf := range leaves {
		further, err := tlog.StoredHashes(int64(index), leaf, reader)
		check(err, "hashes")
		hashes = append(hashes, further...)
	}
	root, err := tlog.TreeHash(newest.size, reader)
	check(err, "tree")
	if root != newest.root {
		fail("the root is %s, the checkpoint's %s", root, newest.root)
	}

	earlier := []head{}
	err = filepath.WalkDir(filepath.Join(directory, "checkpoints"), func(path string, file fs.DirEntry, err error) error {
		if err != nil || file.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil {
			earlier = append(earlier, opened(data, keys, path))
		}
		return err
	})
	check(err, "checkpoints")
	sort.Slice(earlier, func(i, j int) bool { return earlier[i].size < earlier[j].size })
	trees := 0
	for _, older := range earlier {
		if older.size == 0 {
			continue
		}
		proof, err := tlog.ProveTree(newest.size, older.size, reader)
		check(err, "consistency")
		check(tlog.CheckTree(proof, newest.size, newest.root, older.size, older.root), "CheckTree")
		trees++
	}

	records := 0
	for index, leaf := range leaves {
		proof, err := tlog.ProveRecord(newest.size, int64(index), reader)
		check(err, "inclusion")
		check(tlog.CheckRecord(proof, newest.size, newest.root, int64(index), tlog.RecordHash(leaf)), "CheckRecord")
		records++
	}
	for _, path := range os.Args[3:] {
		data, err := os.ReadFile(path)
		check(err, "proof")
		text, signed, _ := strings.Cut(string(data), "\n\n")
		within := opened([]byte(signed), keys, path)
		lines := strings.Split(text, "\n")
		if lines[0] != "c2sp.org/tlog-proof@v1" {
			fail("%s is no proof", path)
		}
		leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
		check(err, path)
		index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
		check(err, path)
		proof := tlog.RecordProof{}
		for _, step := range lines[3:] {
			proof = append(proof, hash(step))
		}
		check(tlog.CheckRecord(proof, within.size, within.root, index, tlog.RecordHash(leaf)), path)
		records++
	}
	fmt.Printf("{\"size\": %d, \"trees\": %d, \"records\": %d}\n", newest.size, trees, records)
}
