"""Parses metrics from stdin, as Prometheus's text format and as OpenMetrics, and prints them as JSON."""

import json
import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as text

given = sys.stdin.read()


def described(families):
    return [
        {
            "name": family.name,
            "type": family.type,
            "help": family.documentation,
            "samples": [{"labels": sample.labels, "value": sample.value} for sample in family.samples],
        }
        for family in families
    ]


json.dump(
    {
        "text": described(text.text_string_to_metric_families(given)),
        "openmetrics": described(openmetrics.text_string_to_metric_families(given)),
    },
    sys.stdout,
)
