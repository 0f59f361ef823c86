"""Vibration and current of a motor-driven machine for a fraction of a second, as its wear shapes them.

A bearing defect is a train of impacts at the rate at which balls pass it, each ringing at a resonance of the housing
and dying away; imbalance is a sine at the speed of rotation; trouble in motor or drive shows as harmonics of the
current and a hum at twice the mains' frequency. Loads, speeds and rough batches change all of it, without any wear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kit.verticals.manufacturing.signals import Numbers, outer_race_hz

SAMPLES, RATE = 1024, 2560.0  # 0.4 s: lines 2.5 Hz apart
MAINS_HZ = 50.0
RESONANCE_HZ, DECAY_HZ = 780.0, 320.0
_IMPACT, _ROTATION, _HUM = 1.15, 0.62, 0.14  # g at full wear
_FIFTH, _SEVENTH = 0.034, 0.017  # of the fundamental, at full wear


@dataclass(frozen=True, kw_only=True)
class Build:
    """What differs between machines of one kind.

    Parameters
    ----------
    rpm : float
        Speed at nominal load.
    noise, rotation, hum : float, g
        Vibration without wear: of everything together, at the speed of rotation, at twice the mains' frequency.
    balls : int
        In the bearing.
    ball_to_pitch : float
        As in `outer_race_hz`.
    current : float, A
        At nominal load.
    fifth : float
        Fifth harmonic without wear, as a share of the fundamental.
    """

    rpm: float
    noise: float
    rotation: float
    hum: float
    balls: int
    ball_to_pitch: float
    current: float
    fifth: float

    def defect_hz(self, rpm: Numbers) -> Numbers:
        """Return the rate at which balls pass a defect of the outer ring."""
        return outer_race_hz(rpm / 60, balls=self.balls, ball_to_pitch=self.ball_to_pitch)


def draw_build(random: np.random.Generator) -> Build:
    """Draw one machine."""
    return Build(
        rpm=float(random.choice([960.0, 1460.0, 1480.0, 1755.0]) * random.uniform(0.98, 1.02)),
        noise=float(0.22 * np.exp(0.25 * random.standard_normal())),
        rotation=float(0.16 * np.exp(0.35 * random.standard_normal())),
        hum=float(random.uniform(0.03, 0.09)),
        balls=int(random.integers(7, 11)),
        ball_to_pitch=float(random.uniform(0.18, 0.26)),
        current=float(random.uniform(14, 60)),
        fifth=float(random.uniform(0.012, 0.026)),
    )


def vibration(
    random: np.random.Generator, build: Build, rpm: Numbers, load: Numbers, wear: dict[str, Numbers], rough: Numbers
) -> Numbers:
    """Return acceleration in g, one row of `SAMPLES` for each window.

    Parameters
    ----------
    random : Generator
        Source of chance.
    build : Build
        The machine.
    rpm, load : array (windows,)
        Speed, and load as a share of the nominal one.
    wear : dict of str to array (windows,)
        How far each mode has gone.
    rough : array (windows,)
        How rough the batch is that is worked on: 0 for most.
    """
    t = np.arange(SAMPLES) / RATE
    shown = (len(rpm), 1)
    turning = (rpm / 60)[:, None]
    size = build.noise * (0.65 + 0.35 * load) * np.exp(0.09 * random.standard_normal(len(rpm))) * (1 + 0.55 * rough)
    wave = size[:, None] * random.standard_normal((len(rpm), SAMPLES))
    once = build.rotation * (turning[:, 0] / (build.rpm / 60)) ** 2 + _ROTATION * wear["imbalance"]
    wave += once[:, None] * np.sin(2 * np.pi * (turning * t + random.random(shown)))
    wave += 0.35 * build.rotation * np.sin(2 * np.pi * (2 * turning * t + random.random(shown)))
    hum = build.hum + _HUM * wear["electrical"]
    wave += hum[:, None] * np.sin(2 * np.pi * (2 * MAINS_HZ * t + random.random(shown)))
    wave += _impacts(t, build.defect_hz(rpm)[:, None], random.random(shown), _IMPACT * wear["bearing"])
    stray = random.uniform(5, 60, shown)  # rough batches knock too, but at no rate of the bearing's
    return np.asarray(wave + _impacts(t, stray, random.random(shown), 1.1 * build.noise * rough))


def _impacts(t: Numbers, rate: Numbers, phase: Numbers, size: Numbers) -> Numbers:
    since = np.mod(rate * t + phase, 1.0) / rate
    return np.asarray(size[:, None] * np.exp(-DECAY_HZ * since) * np.sin(2 * np.pi * RESONANCE_HZ * since))


def current(random: np.random.Generator, build: Build, load: Numbers, wear: dict[str, Numbers]) -> Numbers:
    """Return the current of one phase in A, one row of `SAMPLES` for each window."""
    t = np.arange(SAMPLES) / RATE
    angle = 2 * np.pi * (MAINS_HZ * t + random.random((len(load), 1)))
    size = build.current * (0.35 + 0.65 * load) * (1 + 0.07 * wear["overheating"] + 0.04 * wear["electrical"])
    drift = np.exp(0.12 * random.standard_normal((2, len(load))))
    fifth = (build.fifth + _FIFTH * wear["electrical"]) * drift[0] * (1.25 - 0.25 * load)
    seventh = (0.5 * build.fifth + _SEVENTH * wear["electrical"]) * drift[1]
    shape = np.sin(angle) + fifth[:, None] * np.sin(5 * angle) + seventh[:, None] * np.sin(7 * angle)
    noise = 0.006 * random.standard_normal(shape.shape)
    return np.asarray(np.sqrt(2) * size[:, None] * (shape + noise))
