"""The fields of a `TuneSpec` in groups: what is tuned, what trains, how it computes, on what, and how well."""

from kit.tuning.fields.computing import ComputingFields
from kit.tuning.fields.devices import DeviceFields
from kit.tuning.fields.learning import LearningFields
from kit.tuning.fields.method import MethodFields
from kit.tuning.fields.subject import SubjectFields

__all__ = ["ComputingFields", "DeviceFields", "LearningFields", "MethodFields", "SubjectFields"]
