"""From a notebook to a bundle that runs elsewhere: checked, pinned, with a Dockerfile."""

from kit.apps.publish.spec import PublishSpec

__all__ = ["PublishSpec"]
