"""Graphs for OpenVINO: converted from torch, weights compressed by NNCF."""
