"""The benchmark of servers: its command line, its arithmetic, what it reads out of answers, and its choice."""

from __future__ import annotations

import asyncio
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import psutil
import pytest

from benchmarks import stand_in
from benchmarks.candidates import __main__ as command
from benchmarks.candidates.answers import Next, agreement, divergence, of_library, read
from benchmarks.candidates.choice import choose
from benchmarks.candidates.known import KNOWN, Candidate
from benchmarks.candidates.load import Load, ask_at_once, quantile, summed
from benchmarks.candidates.process import NotStarted, Running, end, family, memory_mib, spawn, wait_until_healthy
from benchmarks.candidates.questions import question, questions_each
from benchmarks.candidates.table import lined, table


def test_the_command_line() -> None:
    options = command.parse(["--quick", "--only", "llama.cpp-bf16", "--peer-env", "openvino-genai=/a/python"])
    assert (options.only, options.rounds, options.load) == (["llama.cpp-bf16"], 1, [1, 4])
    assert options.peer_env == {"openvino-genai": "/a/python"}
    whole = command.parse([])
    assert (whole.only, whole.load) == (list(KNOWN), [1, 4, 8, 32])
    assert 32 <= whole.new_tokens <= 64
    with pytest.raises(SystemExit):
        command.parse(["--only", "nothing"])


def test_no_two_questions_begin_alike() -> None:
    asked = [question(seed, who, turn) for seed in range(4) for who in range(32) for turn in range(2)]
    assert len({text[:24] for text in asked}) == len(asked)
    assert question(1, 2, 3) == question(1, 2, 3)
    assert [questions_each(clients, 2) for clients in (1, 3, 4, 8, 32)] == [8, 3, 2, 2, 2]


def test_rounds_are_summed() -> None:
    loads = [Load([0.1, 0.2], [1.0, 2.0], 100, 0, 4.0), Load([0.3], [9.0], 60, 1, 2.0), Load([0.4], [3.0], 10, 0, 1.0)]
    told = summed(8, loads)
    assert (told["clients"], told["output_throughput"], told["throughput_spread"]) == (8, 25.0, [10.0, 30.0])
    assert (told["p50_ttft_s"], told["p95_ttft_s"]) == (0.3, 0.4)
    assert (told["p50_e2el_s"], told["p95_e2el_s"]) == (3.0, 9.0)
    assert (told["answers"], told["errors"]) == (4, 1)
    assert quantile([], 50) is None


def test_both_shapes_of_log_probabilities_are_read() -> None:
    top = [{"id": 7, "token": "a", "logprob": -0.1}, {"id": 9, "token": "b", "logprob": -3.0}]
    chats = {"choices": [{"text": "a", "logprobs": {"content": [{**top[0], "top_logprobs": top}]}}]}
    assert read(chats) == Next(7, "a", {7: -0.1, 9: -3.0})
    completions = {"tokens": ["token_id:7"], "top_logprobs": [{"token_id:9": -3.0, "token_id:7": -0.1}]}
    assert read({"choices": [{"text": "a", "logprobs": completions}]}) == Next(7, "a", {7: -0.1, 9: -3.0})
    for nothing in ({}, {"logprobs": None}):
        assert read({"choices": [{"text": "a", **nothing}]}) == Next(None, "a", {})


def _table(rows: int = 3, vocabulary: int = 40, seed: int = 0) -> numpy.ndarray:
    logits = numpy.random.default_rng(seed).normal(0, 3, (rows, vocabulary))
    return numpy.asarray(logits - numpy.log(numpy.exp(logits).sum(1, keepdims=True)))


def _words(rows: numpy.ndarray) -> list[dict[str, str]]:
    return [{str(token): f"w{token}" for token in numpy.argsort(row)[::-1][:20]} for row in rows]


def test_the_reference_agrees_with_itself() -> None:
    rows = _table()
    told = agreement(rows, _words(rows), of_library(rows))
    assert (told["same_top"], told["regret_nats"], told["top1_mad"], told["topk_mad"], told["told"]) == (1, 0, 0, 0, 20)
    assert told["kl"] == pytest.approx(0.0, abs=1e-9)


def test_differences_are_counted() -> None:
    rows = _table()
    others = [Next(each.token, "", {t: v + 0.25 for t, v in each.logs.items()}) for each in of_library(rows - 0.5)]
    told = agreement(rows, _words(rows), others)
    assert (told["top1_mad"], told["topk_mad"]) == (0.25, 0.25)
    second = int(numpy.argsort(rows[0])[-2])
    turned = [Next(second, "", {second: float(rows[0][second])}), *of_library(rows)[1:]]
    told = agreement(rows, _words(rows), turned)
    assert told["same_top"] == round(2 / 3, 4)
    assert told["regret_nats"] == pytest.approx((rows[0].max() - rows[0][second]) / 3, abs=1e-5)
    assert told["told"] == 1


def test_text_is_enough_for_the_likeliest_token() -> None:
    rows = _table(2)
    words = _words(rows)
    best, strange = Next(None, f"w{rows[0].argmax()}", {}), Next(None, "never said", {})
    told = agreement(rows, words, [best, strange])
    assert (told["same_top"], told["told"], told["kl"], told["top1_mad"]) == (0.5, 0, None, None)
    last = min(rows[1][int(token)] for token in words[1])
    assert told["regret_nats"] == pytest.approx((rows[1].max() - last) / 2, abs=1e-5)


def test_divergence_is_that_of_a_coarser_view() -> None:
    row = numpy.log(numpy.array([0.5, 0.3, 0.15, 0.05]))
    theirs = [0.4, 0.35, 0.2, 0.05]
    whole = sum(p * math.log(p / q) for p, q in zip([0.5, 0.3, 0.15, 0.05], theirs, strict=True))
    by_hand = 0.5 * math.log(0.5 / 0.4) + 0.3 * math.log(0.3 / 0.35) + 0.2 * math.log(0.2 / 0.25)
    seen = divergence(row, {0: math.log(0.4), 1: math.log(0.35)})
    assert seen == pytest.approx(by_hand)
    assert 0 < seen <= whole


def _row(name: str, rate: float, uss: float = 100.0, **changed: Any) -> dict[str, Any]:
    answers = {"told": 20, "same_top": 0.98, "kl": 0.001, "regret_nats": 0.0, "top1_mad": 0.0, "topk_mad": 0.0}
    errors = changed.pop("errors", 0)
    loads = [Load([0.1], [0.5], int(rate * clients), errors if clients == 8 else 0, 8.0) for clients in (1, 8)]
    return {
        "name": name,
        "start_s": 1.0,
        "idle_cores": 0.0,
        "memory_mib": {"uss": uss, "pss": uss},
        "load": [summed(clients, [load]) for clients, load in zip((1, 8), loads, strict=True)],
        "answers": {**answers, **changed},
    }


def test_the_quickest_that_keeps_the_rules_is_chosen() -> None:
    rows = [
        _row("slow", 50),
        _row("good", 100),
        _row("fails", 900, errors=1),
        _row("silent", 900, told=1, kl=None),
        _row("other", 900, same_top=0.8),
        _row("far", 900, kl=0.1),
        {"name": "absent", "missing": "no wheel"},
    ]
    name, why = choose(rows)
    assert name == "good"
    assert "100 tokens/s with 8 clients" in why
    for each in (
        "slow (50)",
        "fails (900): 1 question",
        "silent (900): its server",
        "other (900): answers",
        "absent: not",
    ):
        assert each in why
    assert choose(rows[2:])[0] is None


def test_of_equally_quick_ones_the_smallest_is_chosen() -> None:
    name, why = choose([_row("large", 100, 900.0), _row("small", 91, 100.0), _row("tiny", 89, 10.0)])
    assert name == "small"
    assert "as good as the 100 of large" in why


def test_tables_are_aligned_and_tell_what_is_missing() -> None:
    assert lined([["a", "bc"], ["def", "g"]]) == "a    bc\ndef   g"
    said = table([_row("one", 10, told=0, kl=None), {"name": "absent", "missing": "no wheel"}])
    assert "absent: no wheel" in said
    assert "–" in said


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Running]:
    """A server without a model whose tokens come at once."""
    code = (
        "import sys; from benchmarks import stand_in; sys.argv = ['', '--first', '0.05', '--gap', '0']; stand_in.main()"
    )
    process = spawn([sys.executable, "-c", code], tmp_path / "log", dict(os.environ), answers=True)
    assert process.stdout is not None
    yield Running(process, process.stdout.readline().decode().strip(), stand_in.MODEL, {})
    end(process)


def _load(running: Running, new_tokens: int = 6) -> Load:
    candidate = Candidate("stand-in", "", "", start=lambda *_: running)
    shape = {"clients": 3, "questions": 2, "new_tokens": new_tokens, "seed": 0}
    return asyncio.run(ask_at_once(candidate, running, **shape))


def test_clients_ask_a_real_server(asked: Running) -> None:
    found = _load(asked)
    assert (len(found.ttft_s), found.tokens, found.errors) == (6, 36, 0)
    assert 0.05 <= min(found.ttft_s) <= min(found.e2el_s)
    assert found.seconds >= 0.1


def test_a_server_that_is_gone_is_all_errors(asked: Running) -> None:
    asked.end()
    found = _load(asked)
    assert (found.tokens, found.errors, found.ttft_s) == (0, 6, [])
    assert summed(3, [found])["p50_ttft_s"] is None


def test_a_server_is_weighed_with_all_that_it_started_and_ended_with_it(tmp_path: Path) -> None:
    code = """import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "print(flush=True); input()"], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
input()"""
    process = spawn([sys.executable, "-c", code], tmp_path / "log", dict(os.environ), answers=True)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    both = family(process.pid)
    assert {each.pid for each in both} == {process.pid, child}
    whole, alone = memory_mib(both), memory_mib(both[:1])
    assert whole["uss"] > alone["uss"] > 1
    end(process)
    until = time.monotonic() + 10  # a busy machine takes a moment to bury what was killed
    while any(map(_lives, both)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(map(_lives, both))


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_server_that_ends_tells_its_last_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = spawn([sys.executable, "-c", "raise SystemExit('no such model')"], log, dict(os.environ))
    with pytest.raises(NotStarted, match="no such model"):
        wait_until_healthy(process, 9, log)


def test_what_refuses_other_fields_is_asked_without_them() -> None:
    strict, usual = KNOWN["transformers-bf16"].limits(5), KNOWN["llama.cpp-q8_0"].limits(5)
    assert set(strict) == {"generation_config"}
    assert json.loads(strict["generation_config"])["max_new_tokens"] == 5
    assert usual["ignore_eos"]
    assert usual["max_tokens"] == 5


def test_the_programs_of_other_environments_import_nothing_of_ours() -> None:
    """They run where only their own libraries are."""
    code = "import sys; import benchmarks.candidates.tools.openvino_page, benchmarks.candidates.tools.openvino_graph;"
    code += "import benchmarks.candidates.tools.reference; print([m for m in sys.modules if m.split('.')[0] in"
    code += "('kit', 'torch', 'numpy', 'transformers', 'openvino')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
