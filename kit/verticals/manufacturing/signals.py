"""What a window of readings comes to in numbers: size, spikes, lines of the spectrum, slopes.

Pure functions over the last axis of arrays. Each is tested against closed forms for sines or against `scipy.signal`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def rms(wave: Numbers) -> Numbers:
    """Return the root of the mean square: a sine of amplitude a has a / sqrt(2)."""
    return np.asarray(np.sqrt(np.mean(np.square(wave), axis=-1)))


def crest_factor(wave: Numbers) -> Numbers:
    """Return the highest peak over the root mean square: sqrt(2) for a sine, more where there are impacts."""
    return np.asarray(np.max(np.abs(wave), axis=-1) / rms(wave))


def kurtosis(wave: Numbers) -> Numbers:
    """Return the fourth standardised moment: 1.5 for a sine, 3 for normal noise, more where there are impacts."""
    centred = wave - np.mean(wave, axis=-1, keepdims=True)
    return np.asarray(np.mean(centred**4, axis=-1) / np.mean(centred**2, axis=-1) ** 2)


def spectrum(wave: Numbers) -> Numbers:
    """Return the amplitude at each frequency k * rate / n, k from 0 to n / 2; a Hann window keeps lines apart.

    Scaled so that a sine on a bin has its own amplitude (Harris 1978, On the use of windows for harmonic analysis).
    """
    n = wave.shape[-1]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n) / n)
    return np.asarray(np.abs(np.fft.rfft(wave * window, axis=-1)) * 2 / window.sum())


def peak_near(amplitudes: Numbers, at: Numbers, *, step: float, around: int = 2) -> Numbers:
    """Return the highest amplitude within some bins of a frequency.

    Parameters
    ----------
    amplitudes : array (..., bins)
        From `spectrum`.
    at : array (...), Hz
        One frequency for each spectrum.
    step : float, Hz
        Between two bins.
    around : int, default 2
        Bins to either side: a line between two bins, or a speed that is known roughly, still counts.
    """
    middle = np.rint(np.asarray(at) / step).astype(int)[..., None] + np.arange(-around, around + 1)
    found = np.take_along_axis(amplitudes, np.clip(middle, 0, amplitudes.shape[-1] - 1), axis=-1)
    return np.asarray(found.max(axis=-1))


def envelope(wave: Numbers) -> Numbers:
    """Return the magnitude of the analytic signal: a ringing that repeats becomes a line at its rate of repetition."""
    n = wave.shape[-1]
    keep = np.zeros(n)
    keep[0] = 1
    keep[1 : (n + 1) // 2] = 2
    if n % 2 == 0:
        keep[n // 2] = 1
    return np.asarray(np.abs(np.fft.ifft(np.fft.fft(wave, axis=-1) * keep, axis=-1)))


def band(wave: Numbers, *, low: float, high: float, rate: float) -> Numbers:
    """Return what of a wave lies between two frequencies (Hz), by leaving the others out of its Fourier series."""
    n = wave.shape[-1]
    frequencies = np.fft.rfftfreq(n, 1 / rate)
    held = np.fft.rfft(wave, axis=-1) * ((frequencies >= low) & (frequencies <= high))
    return np.asarray(np.fft.irfft(held, n, axis=-1))


def slope(values: Numbers) -> Numbers:
    """Return the least-squares slope by step, over the values that are there; NaN where fewer than a half are."""
    n = values.shape[-1]
    there = np.isfinite(values)
    known = there.sum(axis=-1)
    x = np.where(there, np.arange(n, dtype=float), 0.0)
    y = np.where(there, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (x.sum(axis=-1) / known)[..., None]
        spread = np.where(there, x - middle, 0.0)
        found = (spread * y).sum(axis=-1) / (spread**2).sum(axis=-1)
    return np.asarray(np.where(known * 2 >= n, found, np.nan))


def mean_known(values: Numbers) -> Numbers:
    """Return the mean of the values that are there; NaN where fewer than a half are."""
    there = np.isfinite(values)
    known = there.sum(axis=-1)
    total = np.where(there, values, 0.0).sum(axis=-1)
    return np.asarray(np.where(known * 2 >= values.shape[-1], total / np.maximum(known, 1), np.nan))


def outer_race_hz(rotation_hz: Numbers, *, balls: int, ball_to_pitch: float, angle: float = 0.0) -> Numbers:
    """Return how often a second the balls pass a defect of the outer ring.

    Randall and Antoni 2011, Rolling element bearing diagnostics, a tutorial (Mechanical Systems and Signal Processing
    25, 485-520), the first of its bearing frequencies.

    Parameters
    ----------
    rotation_hz : array, Hz
        Of the shaft.
    balls : int
        In the bearing.
    ball_to_pitch : float
        Diameter of a ball over that of the circle on which the balls run.
    angle : float, default 0, radians
        Of contact.
    """
    return np.asarray(balls / 2 * np.asarray(rotation_hz) * (1 - ball_to_pitch * np.cos(angle)))
