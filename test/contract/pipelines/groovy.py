"""Parses Groovy from stdin; ends with 1 and the place of each error if there are any."""

import sys

import tree_sitter_groovy
from tree_sitter import Language, Parser

tree = Parser(Language(tree_sitter_groovy.language())).parse(sys.stdin.buffer.read())


def errors(node):
    if node.type == "ERROR" or node.is_missing:
        yield node
    for child in node.children:
        yield from errors(child)


found = list(errors(tree.root_node))
for node in found:
    print(f"{node.start_point.row + 1}:{node.start_point.column + 1} {node.type}")
sys.exit(1 if found else 0)
