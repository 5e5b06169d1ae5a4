"""Running a model in OpenVINO: the quick way to embed many texts.

Each request holds one text at its exact length and runs on one thread; as many
run at once as there are cores. No padding and no neighbours, so a text's vector
depends on the text alone.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import numpy as np

from rag.embedding.port import Vector
from rag.embedding.wordpieces import Row
from rag.errors import ModelUnavailable

# ``import openvino`` imports its conversion tools, which post a usage event to an
# analytics server and write ~/intel unless these two cannot be imported.
TOOLS, TELEMETRY = "openvino.tools.ovc", "openvino_telemetry"


def silent_openvino() -> ModuleType:
    """Import openvino without its telemetry.

    Raises:
        ModelUnavailable: if it is not installed or does not load.
    """
    blocked = [name for name in (TOOLS, TELEMETRY) if name not in sys.modules]
    sys.modules.update(dict.fromkeys(blocked))  # type: ignore[arg-type]
    try:
        import openvino
    except (ImportError, OSError) as error:
        message = f"openvino does not load ({error}): pip install openvino"
        raise ModelUnavailable(message) from error
    finally:
        # The tools may be imported later by others; the telemetry stays away.
        if TOOLS in blocked:
            del sys.modules[TOOLS]
    return openvino


class OpenVinoRuntime:
    """An ONNX model compiled by OpenVINO, in bf16 where the processor has it."""

    def __init__(self, model: Path, *, threads: int) -> None:
        """Compile the model for ``threads`` streams of one thread.

        Raises:
            ModelUnavailable: if openvino or the model does not load.
        """
        openvino = silent_openvino()
        core: Any = openvino.Core()
        able = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        settings = {
            "NUM_STREAMS": threads,
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "bf16" if "BF16" in able else "f32",
            # Pinned, two processes would sit on the same core.
            "ENABLE_CPU_PINNING": False,
        }
        try:
            self._compiled: Any = core.compile_model(str(model), "CPU", settings)
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[-1]
            message = f"{model}: openvino cannot compile it ({reason}): use runtime onnxruntime"
            raise ModelUnavailable(message) from error
        self._queue: Any = openvino.AsyncInferQueue(self._compiled, threads)
        self._queue.set_callback(_collect)
        self._lock = Lock()

    def vectors(
        self,
        rows: Sequence[Row],
        progress: Callable[[int], None],
        tokens: Callable[[int, Vector], None] | None = None,
    ) -> Vector:
        """Return the sentence vectors of token rows [n, dim], running the longest first.

        Args:
            rows: Token numbers of each text.
            progress: Told how many are done.
            tokens: Given each text's number and its token vectors [length, dim], which it
                must not keep.
        """
        dim = self._compiled.output("sentence_embedding").partial_shape[1].get_length()
        found = np.zeros((len(rows), dim), np.float32)
        done: list[int] = []
        told = 0
        with self._lock:
            try:
                for number in sorted(range(len(rows)), key=lambda each: -len(rows[each])):
                    self._queue.start_async(_inputs(rows[number]), (found, number, done, tokens))
                    if len(done) > told:
                        told = len(done)
                        progress(told)
            finally:
                self._queue.wait_all()
        if len(done) > told:
            progress(len(done))
        return found

    def outputs(self, row: Row) -> tuple[Vector, Vector]:
        """Return sentence vector [dim] and token vectors [length, dim] of one row."""
        result = self._compiled.create_infer_request().infer(_inputs(row))
        return np.array(result["sentence_embedding"][0]), np.array(result["token_embeddings"][0])


def _inputs(row: Row) -> dict[str, Row]:
    return {"input_ids": row[None], "attention_mask": np.ones_like(row)[None]}


_Job = tuple[Vector, int, list[int], Callable[[int, Vector], None] | None]


def _collect(request: Any, job: _Job) -> None:  # noqa: ANN401
    found, number, done, tokens = job
    if tokens is not None:
        tokens(number, request.get_tensor("token_embeddings").data[0])
    found[number] = request.get_tensor("sentence_embedding").data[0]
    done.append(number)
