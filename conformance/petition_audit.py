#!/usr/bin/env python3
"""A second checker of a petition's published files, written from
docs/petition-audit.md alone. It shares nothing with the program it checks.

    petition_audit.py KEY FILES...

KEY is the municipality's public key (64 hexadecimal digits) or "-" for none.
Prints one line of JSON and ends with 0 when all holds, 1 when it does not.
Only Python's own library and the program openssl are used.
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone

FORMAT = "medborgarnavet petition 1"
LEAVES = "medborgarnavet petition leaves 1"
SKEW = timedelta(minutes=5)


class Fault(Exception):
    pass


def need(ok, text):
    if not ok:
        raise Fault(text)


def sha256(data):
    return hashlib.sha256(data).digest()


def hexadecimal(text, size, what):
    need(isinstance(text, str) and re.fullmatch("[0-9a-fA-F]{%d}" % (2 * size), text), what)
    return bytes.fromhex(text)


def moment(text):
    """RFC 3339; Python takes at most microseconds."""
    m = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)", str(text))
    need(m, "a time is not RFC 3339")
    at = datetime.fromisoformat(m[1] + (m[2] or ".0")[:7].ljust(7, "0") + m[3].replace("Z", "+00:00"))
    return at.astimezone(timezone.utc)


def verify(key, message, signature):
    """Ed25519 by openssl. The prefix is the DER of a public key's algorithm."""
    with tempfile.TemporaryDirectory() as d:
        names = {}
        for name, data in (("k", bytes.fromhex("302a300506032b6570032100") + key), ("m", message), ("s", signature)):
            names[name] = os.path.join(d, name)
            with open(names[name], "wb") as f:
                f.write(data)
        run = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", names["k"],
                              "-sigfile", names["s"], "-in", names["m"]], capture_output=True)
        return run.returncode == 0


class Checker:
    def __init__(self, key):
        self.key = key
        self.petition = None
        self.heads, self.reports, self.lists, self.receipts = [], [], [], []

    def about(self, petition):
        need(isinstance(petition, str) and petition, "a file names no petition")
        need(self.petition in (None, petition), "a file is about another petition")
        self.petition = petition

    def take(self, data):
        if data.startswith(LEAVES.encode()):
            return self.take_list(data)
        try:
            file = json.loads(data)
        except ValueError:
            raise Fault("a file is neither JSON nor a list")
        need(isinstance(file, dict), "a file is no JSON object")
        if "nullifier" in file:
            self.about(file.get("petition"))
            self.receipts.append(hexadecimal(file["nullifier"], 32, "a receipt holds no nullifier"))
            return
        need(file.get("format") == FORMAT, "a file is of an unknown format")
        need(isinstance(file.get("document"), str), "a signed file has no document")
        document = file["document"].encode()
        key = hexadecimal(file.get("key"), 32, "a signed file names no key")
        if self.key is None:
            self.key = key
        need(key == self.key, "a file is signed with another key")
        need(verify(key, document, hexadecimal(file.get("signature"), 64, "there is no signature")), "a signature does not hold")
        content = json.loads(document)
        self.about(content.get("petition"))
        kind = content.get("kind")
        need(kind in ("running", "final", "report"), "a document is of an unknown kind")
        if kind == "report":
            self.reports.append(content)
        else:
            self.heads.append((moment(content["at"]), kind == "final", content, sha256(document).hex()))

    def take_list(self, data):
        lines = data.decode("ascii").split("\n")
        need(len(lines) >= 3 and lines[0] == LEAVES and lines[-1] == "", "the list is not as described")
        self.about(lines[1])
        leaves = [hexadecimal(line, 32, "a line is no leaf") for line in lines[2:-1]]
        need(all(a < b for a, b in zip(leaves, leaves[1:])), "leaves are out of order or there twice")
        self.lists.append(leaves)

    def check(self):
        need(self.heads, "there is no head")
        self.heads.sort(key=lambda h: (h[1], h[0]))  # the final head is the last
        for before, after in zip(self.heads, self.heads[1:]):
            need(after[2]["previous"] == before[3], "a head does not follow the one before it")
            need(before[0] <= after[0], "times go backwards")
            need(not before[1], "there are two final heads")
        final = self.heads[-1] if self.heads[-1][1] else None
        need(len(self.lists) <= 1, "there are two lists")
        if self.lists:
            need(final, "the list has no final head")
            need(len(self.lists[0]) == final[2]["count"], "the list has another number of leaves than the final head counts")
            need(root(self.lists[0]).hex() == final[2]["root"], "the list gives another root")
        for nullifier in self.receipts:
            leaf = sha256(b"\x00" + self.petition.encode() + nullifier)
            need(self.lists and leaf in self.lists[0], "a receipt is not in the list")
        for report in self.reports:
            self.check_report(report, final)
        return final[2]["count"] if final else None

    def check_report(self, report, final):
        need(final, "the report has no final head")
        need(report["count"] == final[2]["count"] and report["root"] == final[2]["root"], "the report says something else than the final head")
        self.check_method(report, report["method"])
        keys = {(k["id"], k["public"]) for k in report["commitment"]["keys"]}
        need(len(report["destroyed"]) == len(report["commitment"]["keys"]), "not every key is told of")
        for d in report["destroyed"]:
            need(d["key"]["id"] == "" or (d["key"]["id"], d["key"]["public"]) in keys, "another key was destroyed")
            need(moment(d["at"]) <= final[0] + SKEW, "a key was destroyed after the final head")

    def check_method(self, report, m):
        need(m["agree"] is True, "the report says that the counts do not agree")
        need(m["accepted"] >= 0 and m["withdrawn"] >= 0, "a negative count")
        need(m["accepted"] - m["withdrawn"] == m["rows"] == m["leaves"] == report["count"], "the counts do not agree")
        need(m["evaluations"] == [d["evaluations"] for d in report["destroyed"]], "the answers are not those of the keys")
        for d in report["destroyed"]:
            need(d["key"]["id"] == "" or d["evaluations"] >= m["accepted"], "a key gave fewer answers than there are votes")


def root(leaves):
    if not leaves:
        return sha256(b"")
    while len(leaves) > 1:
        pairs = [sha256(b"\x01" + leaves[i] + leaves[i + 1]) for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(leaves) - len(leaves) % 2:]
    return leaves[0]


def main(args):
    key = None if args[0] == "-" else bytes.fromhex(args[0])
    checker = Checker(key)
    try:
        for name in args[1:]:
            with open(name, "rb") as f:
                checker.take(f.read())
        count = checker.check()
    except (Fault, KeyError, TypeError, ValueError) as fault:
        print(json.dumps({"petition": checker.petition, "count": None, "holds": False, "why": str(fault)}))
        return 1
    print(json.dumps({"petition": checker.petition, "count": count, "holds": True, "why": ""}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
