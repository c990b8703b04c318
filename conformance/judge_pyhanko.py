"""Asks pyHanko about signed files: judge_pyhanko.py ROOT.pem FILE…

Prints one line of JSON for each file: {"file": …, "ok": …, "findings": […]}.
ok: every signature is intact, valid and trusted, and what came after it is
allowed. pyHanko knows no updates of the structure tree, which a visible
signature in a tagged file must make (PDF/UA-1, 7.18.4): when that tree is all
that it objects to, the finding says so and the file is not held against it.
Nothing is fetched from anywhere.
"""

import json
import logging
import re
import sys

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext


def only_structure(result):
    """Whether every object said to be replaced belongs to the structure tree."""
    replaced = re.findall(r"PathInRevision\('([^']*)'\)", str(result))
    return bool(replaced) and all(path.startswith(".Root.StructTreeRoot") for path in replaced)


def judge(name, root):
    findings, ok = [], True
    with open(name, "rb") as file:
        reader = PdfFileReader(file)
        for signature in reader.embedded_signatures:
            context = ValidationContext(trust_roots=[root], allow_fetching=False)
            if signature.sig_object.get("/Type") == "/DocTimeStamp":
                status = validate_pdf_timestamp(signature, context)
                good = status.intact and status.valid and status.trusted
            else:
                status = validate_pdf_signature(signature, context)
                good = status.bottom_line
            finding = f"{signature.field_name}: {status.summary()}"
            if not good and status.intact and status.valid and status.trusted and only_structure(signature.diff_result):
                finding, good = finding + " (the structure tree alone)", True
            findings.append(finding)
            ok = ok and good
    return {"file": name, "ok": ok and bool(findings), "findings": findings}


def main():
    logging.disable(logging.CRITICAL)
    root = load_cert_from_pemder(sys.argv[1])
    for name in sys.argv[2:]:
        try:
            verdict = judge(name, root)
        except Exception as error:  # whatever it is, the file was not judged good
            verdict = {"file": name, "ok": False, "findings": [f"could not judge: {error!r}"]}
        print(json.dumps(verdict))


main()
