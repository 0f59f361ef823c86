"""The notebooks of the verticals on real data, against simple baselines."""
