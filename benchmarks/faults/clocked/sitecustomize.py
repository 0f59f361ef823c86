"""Imported by every Python process that has this folder on its path: after a while its clock jumps.

``TUNEBOOK_FAULTS_CLOCK`` holds by how many seconds, and after how many.
"""

import os
import time

if "TUNEBOOK_FAULTS_CLOCK" in os.environ:
    BY, AFTER = map(float, os.environ["TUNEBOOK_FAULTS_CLOCK"].split())
    TRUE, SINCE = time.time, time.monotonic()
    time.time = lambda: TRUE() + (BY if time.monotonic() - SINCE > AFTER else 0.0)
