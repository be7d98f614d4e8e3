"""The label printer in the packing room."""

import time

# It has to warm up for each label.
SECONDS = 4


def print_label(charge):
    """Print the label of an order's parcel; returns when it is out."""
    time.sleep(SECONDS)
    with open("labels.txt", "a") as printed:
        printed.write(f"{charge['order_id']}\n")
