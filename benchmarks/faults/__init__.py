"""Break runs in every way that happens, and count what is lost.

``python -m benchmarks.faults --json`` carries tunings, evaluations and sweeps of a tiny model out, each with one seeded
fault at a random point: the worker, its kernel or its keeper killed, a stop from the system, a full disk, a read-only
folder, a torn log, checkpoints deleted or damaged, the clock set, two who resume at once. ``--faults 20`` makes a short
campaign, ``--kind sigkill_worker`` one of a single kind. Each run is then resumed where it must be, and its result
compared with that of a run that nothing happened to. The last line is one JSON object; three of its numbers must be 0:

- ``lost_results``: runs in which something that was done or said is missing or different at the end;
- ``wrong_states``: runs whose state, seen by somebody else, was not true;
- ``unresumable``: runs that could not be brought to their end.
"""
