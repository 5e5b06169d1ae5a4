"""Running a model in ONNX Runtime: half as quick as OpenVINO in bulk, twice as quick to start."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from rag.embedding.port import Vector
from rag.embedding.wordpieces import Row
from rag.errors import ModelUnavailable

# Since 1.29 onnxruntime posts usage events and writes a device id under ~/.cache as soon
# as it is imported, on Linux too, unless it finds one of these (the name has changed once).
SILENCE = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")


class OnnxRuntime:
    """An ONNX model in ONNX Runtime on the processor, in float32."""

    def __init__(self, model: Path, *, threads: int) -> None:
        """Open the model; ``threads`` texts are run at once.

        Raises:
            ModelUnavailable: if onnxruntime or the model does not load.
        """
        self._threads = threads
        self.session = open_session(model)

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
            tokens: Given each text's number and its token vectors [length, dim].
        """
        order = sorted(range(len(rows)), key=lambda each: -len(rows[each]))
        dim = self.session.get_outputs()[0].shape[1]
        found = np.zeros((len(rows), dim), np.float32)

        def run(number: int) -> Vector:
            vector, layer = self.outputs(rows[number])
            if tokens is not None:
                tokens(number, layer)
            return vector

        with ThreadPoolExecutor(self._threads) as pool:
            jobs = {pool.submit(run, number): number for number in order}
            try:
                for done, job in enumerate(as_completed(jobs), start=1):
                    found[jobs[job]] = job.result()
                    progress(done)
            finally:
                pool.shutdown(cancel_futures=True)
        return found

    def outputs(self, row: Row) -> tuple[Vector, Vector]:
        """Return sentence vector [dim] and token vectors [length, dim] of one row."""
        names = ["sentence_embedding", "token_embeddings"]
        feed = {"input_ids": row[None], "attention_mask": np.ones_like(row)[None]}
        sentence, tokens = self.session.run(names, feed)
        return sentence[0], tokens[0]


def bundled(path: Path, size: int) -> Path:
    """Return the path of weights that ship with Attest, if all of their bytes are there.

    Raises:
        ModelUnavailable: They are not.
    """
    if not path.is_file() or path.stat().st_size != size:
        raise ModelUnavailable(f"{path} is missing or cut short: pip install attest-rag again")
    return path


def open_session(model: Path) -> Any:  # noqa: ANN401
    """Open an ONNX file on one thread, so that a vector does not depend on the core count.

    Raises:
        ModelUnavailable: if onnxruntime is not installed or cannot read the file.
    """
    os.environ.update(dict.fromkeys(SILENCE, "1"))
    try:
        import onnxruntime  # pyright: ignore[reportMissingTypeStubs]
    except (ImportError, OSError) as error:
        message = f"onnxruntime does not load ({error}): pip install onnxruntime"
        raise ModelUnavailable(message) from error
    vendor: Any = onnxruntime
    vendor.disable_telemetry_events()
    options = vendor.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return vendor.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except _load_errors(vendor) as error:
        reason = str(error).strip().splitlines()[-1]
        message = f"{model}: onnxruntime cannot read it ({reason}): install or export it again"
        raise ModelUnavailable(message) from error


def _load_errors(vendor: Any) -> tuple[type[Exception], ...]:  # noqa: ANN401
    # The vendor's own exceptions have no base in common but Exception.
    state: Any = vendor.capi.onnxruntime_pybind11_state
    names: list[str] = dir(state)
    found = [getattr(state, name) for name in names]
    own = [each for each in found if isinstance(each, type) and issubclass(each, Exception)]
    return (RuntimeError, ValueError, OSError, *own)
