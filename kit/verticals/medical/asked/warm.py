"""Loads what finds personal data, once: processes that read a question are forked from the one that imported this.

Nothing else imports it. Patterns and names take seconds to load, which a visitor would wait for with each question.
"""

from __future__ import annotations

from kit.gate.personal.check import finder
from kit.gate.personal.kinds import ALL, kinds_of

finder(kinds_of((ALL,))).find(["Dr Jane Doe wrote on 1 May."])
