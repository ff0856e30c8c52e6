"""Reads a data file with Python's own csv or json, and prints its rows as JSON, one per line."""

import csv
import json
import sys

kind, path = sys.argv[1:]
with open(path, encoding="utf-8-sig", newline="") as file:
    # A line break in a quoted cell is one line feed, whatever the line endings of the file.
    rows = csv.DictReader(file) if kind == "csv" else json.load(file)
    for row in rows:
        if kind == "csv":
            row = {key: value.replace("\r\n", "\n") for key, value in row.items()}
        print(json.dumps(row, allow_nan=False))
