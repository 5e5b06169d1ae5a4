"""A folder to a tokenizer and a model, by transformers, without code of the folder's own."""

from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from rag.adapters.hf.hub import silence
from rag.adapters.hf.placement import TORCH_NAMES, Placement, settled
from rag.errors import ModelUnavailable

# The folder is all there is to read, whatever HF_HUB_OFFLINE says.
_CLOSED: dict[str, object] = {"trust_remote_code": False, "local_files_only": True}
_UNKNOWN_LENGTH = 10**9
_FALLBACK_WINDOW = 2048


def load_tokenizer(folder: Path) -> Any:  # noqa: ANN401
    """Return the tokenizer of a folder.

    Raises:
        ModelUnavailable: It does not load.
    """
    with _loading(folder) as transformers:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **_CLOSED)
        # The first call changes its settings, which must not happen while a thread decodes.
        tokenizer("")
        return tokenizer


def load_config(folder: Path) -> Any:  # noqa: ANN401
    """Return the settings of the model in a folder.

    Raises:
        ModelUnavailable: They do not load.
    """
    with _loading(folder) as transformers:
        return transformers.AutoConfig.from_pretrained(str(folder), **_CLOSED)


def load_model(folder: Path, config: Any, placement: Placement) -> Any:  # noqa: ANN401
    """Return the model of a folder, at its place and ready to write.

    Raises:
        ModelUnavailable: It does not load, or a part of its weights is missing.
    """
    with _loading(folder) as transformers:
        torch: Any = import_module("torch")
        where = settled(placement, torch)
        numbers = getattr(torch, TORCH_NAMES[where.dtype or "fp32"])
        model, report = transformers.AutoModelForCausalLM.from_pretrained(
            str(folder),
            config=config,
            dtype=numbers,
            use_safetensors=True,
            output_loading_info=True,
            **_CLOSED,
        )
        _refuse_holes(folder, report)
        return model.to(where.device).eval()


def window(config: Any, tokenizer: Any) -> int:  # noqa: ANN401
    """Return how many tokens prompt and reply may have together."""
    positions = getattr(config.get_text_config(), "max_position_embeddings", None)
    longest = tokenizer.model_max_length
    known = longest if longest < _UNKNOWN_LENGTH else _FALLBACK_WINDOW
    return int(positions or known)


def _refuse_holes(folder: Path, report: Any) -> None:  # noqa: ANN401
    # transformers fills what is missing with random numbers.
    holes = sorted(report["missing_keys"])
    if holes:
        raise ModelUnavailable(f"{folder} lacks weights ({holes[0]}, …): fetch the model again")


@contextmanager
def _loading(folder: Path) -> Generator[Any]:
    """Import transformers, keep it quiet, and say in one line what does not load."""
    silence()
    transformers: Any = import_module("transformers")
    safetensors: Any = import_module("safetensors")
    log: Any = transformers.utils.logging
    shown, level = log.is_progress_bar_enabled(), log.get_verbosity()
    log.disable_progress_bar()
    log.set_verbosity_error()
    faults = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError)
    try:
        yield transformers
    except (*faults, safetensors.SafetensorError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelUnavailable(f"{folder} does not load ({reason}): check the model") from error
    finally:
        log.set_verbosity(level)
        if shown:
            log.enable_progress_bar()
