"""Processes that start with their libraries loaded, and whose end is seen by somebody.

Importing torch, transformers and peft takes five to ten seconds, each time a process starts. So one light process for
each user and environment, the keeper, imports them once and forks a copy of itself for each piece of work. It is the
parent of what it starts, so it learns how that ended (which signal, whether memory ran out), and it goes when nobody
has needed it for some minutes. Nothing depends on it: without it, or where forking is not safe, a fresh interpreter
does the same, later.
"""

from kit.warm.call import Call
from kit.warm.client import start_call, worker_environment
from kit.warm.handle import Process
from kit.warm.note import ExitNote, read_note

__all__ = ["Call", "ExitNote", "Process", "read_note", "start_call", "worker_environment"]
