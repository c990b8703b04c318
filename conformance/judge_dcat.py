#!/usr/bin/env python3
"""Holds a catalogue against DCAT-AP-SE 3.0.1 with pySHACL and rdflib.

    judge_dcat.py ADDRESS

ADDRESS is where the catalogue is. Prints one line of JSON: whether the shapes
hold, what breaks them, the addresses in it, and what the shapes would not have
seen: every rule is tried on a catalogue that breaks just that rule.
"""
import json
import os
import sys
import urllib.request

from pyshacl import validate
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, SH

SHAPES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "dcat_ap_se.ttl")


def judge(data, shapes):
    holds, report, _ = validate(data, shacl_graph=shapes, inference="none")
    about = (SH.focusNode, SH.resultPath, SH.sourceConstraintComponent)
    return holds, {tuple(report.value(result, p) for p in about) for result in report.subjects(RDF.type, SH.ValidationResult)}


def unseen(data, shapes):
    """The rules that nothing comes of when they are broken."""
    tried, missed = 0, []
    for shape in shapes.subjects(RDF.type, SH.NodeShape):
        kind = shapes.value(shape, SH.targetClass)
        thing = next(data.subjects(RDF.type, kind), None) if kind else None
        for rule in shapes.objects(shape, SH.property):
            path, least, most = (shapes.value(rule, p) for p in (SH.path, SH.minCount, SH.maxCount))
            if thing is None or not isinstance(path, URIRef):
                continue
            for limit, there, values in ((SH.MinCountConstraintComponent, least, ()), (SH.MaxCountConstraintComponent, most, ("a", "b"))):
                if there is None:
                    continue
                other = Graph() + data
                other.remove((thing, path, None))
                for value in values:
                    other.add((thing, path, Literal(value)))
                tried += 1
                if (thing, path, limit) not in judge(other, shapes)[1]:
                    missed.append("%s %s %s" % (shape, path, limit))
    return tried, missed


def main(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        kind, text = answer.headers["Content-Type"], answer.read()
    data = Graph().parse(data=text, format="xml")
    shapes = Graph().parse(SHAPES, format="turtle")
    holds, findings = judge(data, shapes)
    tried, missed = unseen(data, shapes)
    named = sorted({str(node) for triple in data for node in triple if isinstance(node, URIRef)})
    things = {str(k).rsplit("#")[-1].rsplit("/")[-1]: len(list(data.subjects(RDF.type, k))) for k in set(data.objects(None, RDF.type))}
    print(json.dumps({"type": kind, "holds": holds, "findings": sorted(" ".join(map(str, f)) for f in findings), "things": things, "named": named, "tried": tried, "unseen": missed}))


if __name__ == "__main__":
    main(sys.argv[1])
