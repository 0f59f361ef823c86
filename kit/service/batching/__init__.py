"""Many answers by one model at a time: a server over OpenVINO, which reads all open texts in one pass."""
