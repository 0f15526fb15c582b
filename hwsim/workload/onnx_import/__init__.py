"""ONNX models as workloads."""

from hwsim.workload.onnx_import.load import load_onnx

__all__ = ["load_onnx"]
