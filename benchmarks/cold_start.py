"""One cold start of the processor: `python -S -B cold_start.py FOLDER…` prints its duration in seconds.

Python imports packages only from these folders, beside its own library.
"""

import importlib
import sys
import time

sys.path[:0] = sys.argv[1:]
begin = time.perf_counter()
importlib.import_module("payments.processor").payments()
print(time.perf_counter() - begin)
