"""Features against closed forms for sines and against scipy.signal, which shares no code with them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import scipy.stats

from kit.verticals.manufacturing import signals

RATE, N = 2560.0, 1024
T = np.arange(N) / RATE


def sine(frequency: float, amplitude: float = 1.0, phase: float = 0.3) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * frequency * T + phase)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(5).standard_normal(shape)


def test_a_sine_has_the_size_of_the_books() -> None:
    wave = sine(40.0, 3.0)  # whole periods
    assert signals.rms(wave) == pytest.approx(3 / np.sqrt(2))
    assert signals.crest_factor(wave) == pytest.approx(np.sqrt(2), rel=2e-3)  # no sample hits the peak itself
    assert signals.kurtosis(wave) == pytest.approx(1.5)


def test_kurtosis_is_that_of_scipy() -> None:
    waves = noise(6, N) ** 3
    assert signals.kurtosis(waves) == pytest.approx(scipy.stats.kurtosis(waves, axis=-1, fisher=False))


def test_an_impact_raises_crest_and_kurtosis_and_hardly_the_size() -> None:
    calm = noise(N)
    struck = calm.copy()
    struck[500] += 12
    assert signals.crest_factor(struck) > 2 * signals.crest_factor(calm)
    assert signals.kurtosis(struck) > 2 * signals.kurtosis(calm)
    assert signals.rms(struck) < 1.1 * signals.rms(calm)


def test_the_spectrum_is_that_of_scipy() -> None:
    wave = noise(N) + sine(300.0, 2.0)
    _frequencies, power = scipy.signal.periodogram(wave, RATE, window="hann", detrend=False, scaling="spectrum")
    assert signals.spectrum(wave)[1:-1] == pytest.approx(np.sqrt(2 * power)[1:-1])


@pytest.mark.parametrize("frequency", [25.0, 120.0, 777.5])
def test_a_line_on_a_bin_has_its_own_height(frequency: float) -> None:
    found = signals.spectrum(sine(frequency, 0.7))
    assert found.argmax() == round(frequency / (RATE / N))
    assert found.max() == pytest.approx(0.7, rel=1e-6)


def test_a_peak_is_found_where_the_speed_is_known_roughly() -> None:
    waves = np.stack([sine(50.0, 1.0), sine(95.0, 0.4)])
    found = signals.peak_near(signals.spectrum(waves), np.array([51.5, 93.0]), step=RATE / N)
    assert found == pytest.approx([1.0, 0.4], rel=1e-6)


def test_a_peak_beyond_the_spectrum_is_none() -> None:
    found = signals.peak_near(signals.spectrum(sine(50.0)), np.array(99_999.0), step=RATE / N)
    assert found < 1e-6


@pytest.mark.parametrize("n", [N, N - 1])
def test_the_envelope_is_that_of_scipy(n: int) -> None:
    waves = noise(3, n)
    assert signals.envelope(waves) == pytest.approx(np.abs(scipy.signal.hilbert(waves, axis=-1)))


def test_the_envelope_shows_the_rate_of_what_repeats() -> None:
    """A tone of 800 Hz that swells 40 times a second has no line at 40 Hz; its envelope has."""
    wave = (1 + 0.6 * sine(40.0)) * sine(800.0)
    assert signals.spectrum(wave)[16] < 1e-3
    hull = signals.envelope(wave)
    assert signals.spectrum(hull - hull.mean())[1:].argmax() + 1 == 16
    assert signals.spectrum(hull - hull.mean())[16] == pytest.approx(0.6, rel=1e-3)


def test_a_band_keeps_what_is_in_it() -> None:
    kept = signals.band(sine(100.0, 2.0) + sine(900.0, 0.5), low=700, high=1100, rate=RATE)
    assert kept == pytest.approx(sine(900.0, 0.5), abs=1e-9)


def test_the_slope_is_that_of_a_fitted_line() -> None:
    values = noise(4, 48) + 0.3 * np.arange(48)
    fitted = [np.polyfit(np.arange(48), row, 1)[0] for row in values]
    assert signals.slope(values) == pytest.approx(fitted)


def test_the_slope_passes_over_holes() -> None:
    values = 2.0 - 0.25 * np.arange(48.0)
    values[5:20] = np.nan
    assert signals.slope(values) == pytest.approx(-0.25)
    values[:30] = np.nan  # fewer than a half are left
    assert np.isnan(signals.slope(values))


def test_the_mean_passes_over_holes() -> None:
    values = np.array([[1.0, 3.0, np.nan, np.nan], [np.nan, np.nan, np.nan, 5.0]])
    assert signals.mean_known(values) == pytest.approx([2.0, np.nan], nan_ok=True)


def test_the_outer_race_frequency_is_that_of_a_known_bearing() -> None:
    """SKF 6205 (9 balls of 7.94 mm on a circle of 39.04 mm): 3.585 times a turn, as its maker gives it."""
    found = signals.outer_race_hz(np.array([1797 / 60]), balls=9, ball_to_pitch=7.94 / 39.04)
    assert found == pytest.approx([3.585 * 1797 / 60], rel=1e-3)
