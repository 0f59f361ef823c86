"""Programs that the benchmark runs beside itself, some with another Python."""
