"""The bridge to lm-evaluation-harness: its tasks on our engines, our tasks as files of its own."""

from kit.measure.harness.export import export_task
from kit.measure.harness.names import check_tasks, task_file

__all__ = ["check_tasks", "export_task", "task_file"]
