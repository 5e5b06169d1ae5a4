"""The few settings, each of which changes something a person can see.

Precedence: flags, then ``ATTEST_…`` environment variables, then
``attest.toml`` in the working folder, then ``attest/config.toml`` in the
user's configuration folder, then the defaults below.
"""

import hashlib
import json
from pathlib import Path
from typing import ClassVar, Literal
from urllib.parse import urlsplit

from platformdirs import user_config_path, user_data_path
from pydantic import Field, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.schema import Policy

PROJECT_FILE = Path("attest.toml")


def user_file() -> Path:
    """Return where the user's own settings lie."""
    return user_config_path("attest") / "config.toml"


class Settings(BaseSettings):
    """What a command runs with."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        env_prefix="ATTEST_", env_ignore_empty=True, extra="forbid", frozen=True
    )

    library: Path = Field(default_factory=lambda: user_data_path("attest") / "library")
    """Folder of the library."""
    store: str = "embedded"
    """Where vectors are kept for other clients: ``embedded``, or the address of a Chroma server."""
    embedder: str = "minilm"
    """Which embedder: ``minilm``, ``minilm:int8``, ``folder:…``, ``hub:…``, ``openai:…@URL``."""
    interaction: bool = True
    """Whether the papers found are compared with the question again, word piece by word piece."""
    second: bool = True
    """Whether a second encoder reads those papers, too, where the question's rare words are not
    found; needs ``interaction``."""
    reader: Literal["checks", "weighs", "none"] = "checks"
    """What the small model does that reads two texts together: it ``checks`` claims, also
    ``weighs`` the sentences of the papers before, or ``none`` of it."""
    llm: str = "extractive"
    """What words the answers: ``extractive`` (no model) or a model, see ``attest models``."""
    unsupported: Policy = "drop"
    """What becomes of a sentence that no abstract supports: ``drop``, ``mark`` or ``refuse``."""
    deadline: float = Field(default=60.0, gt=0, le=3600)
    """Seconds that a question may take; a model that is not done by then is given up."""
    hits: int = Field(default=10, ge=1, le=1000)
    """Papers listed with an answer or a search."""
    refuse_below: float | None = Field(default=None, ge=0, le=1)
    """Probability of an answer below which the question is refused; calibrated when unset."""

    @field_validator("library")
    @classmethod
    def _at_home(cls, library: Path) -> Path:
        return library.expanduser()

    @field_validator("store")
    @classmethod
    def _addressed(cls, store: str) -> str:
        if store == "embedded":
            return store
        try:
            parts = urlsplit(store)
            plain = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        except ValueError:
            parts, plain = urlsplit(""), False
        spare = parts.query or parts.fragment or parts.username or parts.password
        if not plain or spare or any(each.isspace() for each in store):
            # Not repeated: it may hold a password.
            raise ValueError(
                "use 'embedded' or http(s)://HOST[:PORT]; a token belongs into ATTEST_STORE_TOKEN"
            )
        return store.rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Name the sources, the strongest first."""
        project = TomlConfigSettingsSource(settings_cls, PROJECT_FILE)
        user = TomlConfigSettingsSource(settings_cls, user_file())
        return init_settings, env_settings, project, user

    @property
    def digest(self) -> str:
        """Return a short hash of all settings that can change an answer."""
        fields = self.model_dump(mode="json", exclude={"library", "store"})
        canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]
