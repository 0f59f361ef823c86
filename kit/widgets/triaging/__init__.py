"""The panel in which an analyst works through alerts: a queue, one alert with its neighbourhood, accept or override."""
