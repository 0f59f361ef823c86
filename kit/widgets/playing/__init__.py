"""The panel in which a person talks to a model: asked through the service, answered word by word."""
