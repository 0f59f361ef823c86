"""The gallery: which notebooks are apps, what each tells of itself, and the pages around them."""

from kit.apps.gallery.entry import Entry, entries_of
from kit.apps.gallery.measured import Measured, last_measured
from kit.apps.gallery.notice import Notice, notice_of

__all__ = ["Entry", "Measured", "Notice", "entries_of", "last_measured", "notice_of"]
