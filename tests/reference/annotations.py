"""Writes small annotation files in the layouts of Oxford Flowers-102 and Stanford Cars, for tests/Pipeline.Tests/Sources/Data.

Debian: apt install python3-scipy; /usr/bin/python3 tests/reference/annotations.py tests/Pipeline.Tests/Sources/Data
The types are those of the published files: numbers stored as doubles of MATLAB in Flowers, small integers in structures in Cars,
all variables compressed.
"""
import os
import sys

import numpy as np
from scipy.io import savemat

CLASSES = ["AM General Hummer SUV 2000", "Acura RL Sedan 2012", "smart fortwo Convertible 2012"]


def save(path, variables):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    savemat(path, variables, do_compression=True, oned_as="row")


def cells(texts):
    row = np.empty((1, len(texts)), dtype=object)
    row[0, :] = texts
    return row


def structures(fields, rows):
    array = np.zeros((1, len(rows)), dtype=[(field, object) for field in fields])
    for i, row in enumerate(rows):
        for field, value in zip(fields, row):
            array[0, i][field] = value if isinstance(value, str) else np.array([[value]], dtype=np.uint16 if field.startswith("bbox") else np.uint8)
    return array


def main(folder):
    flowers, cars = os.path.join(folder, "flowers"), os.path.join(folder, "cars")
    save(os.path.join(flowers, "imagelabels.mat"), {"labels": np.array([[2, 1, 3, 2, 1, 3, 3, 1]], dtype=np.float64)})
    save(os.path.join(flowers, "setid.mat"), {
        "trnid": np.array([[6, 1, 2]], dtype=np.float64),
        "valid": np.array([[8, 3]], dtype=np.float64),
        "tstid": np.array([[4, 5, 7]], dtype=np.float64),
    })
    box = [39, 116, 569, 375]
    boxes = ["bbox_x1", "bbox_y1", "bbox_x2", "bbox_y2"]
    save(os.path.join(cars, "cars_meta.mat"), {"class_names": cells(CLASSES)})
    save(os.path.join(cars, "cars_train_annos.mat"), {"annotations": structures(
        boxes + ["class", "fname"], [box + [label, "%05d.jpg" % (i + 1)] for i, label in enumerate([3, 2, 1, 1, 3])])})
    save(os.path.join(cars, "cars_test_annos_withlabels.mat"), {"annotations": structures(
        boxes + ["class", "fname"], [box + [label, "%05d.jpg" % (i + 1)] for i, label in enumerate([2, 1, 3])])})
    both = [(3, 0), (2, 1), (2, 0), (1, 0), (1, 1), (1, 0), (3, 1), (3, 0)]
    save(os.path.join(cars, "cars_annos.mat"), {
        "annotations": structures(
            ["relative_im_path"] + boxes + ["class", "test"],
            [["car_ims/%06d.jpg" % (i + 1)] + box + [label, test] for i, (label, test) in enumerate(both)]),
        "class_names": cells(CLASSES),
    })


if __name__ == "__main__":
    main(sys.argv[1])
