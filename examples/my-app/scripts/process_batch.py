"""Sums the orders per customer."""

import collections
import csv
import pathlib

ORDERS = pathlib.Path(__file__).resolve().parents[1] / "data" / "orders.csv"


def totals(path=ORDERS):
    sums = collections.Counter()
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            sums[row["customer"]] += int(row["quantity"]) * float(row["price"])
    return sums


if __name__ == "__main__":
    for customer, total in totals().most_common():
        print(f"{customer}: {total:.2f}")
