"""Which hosts the settings would contact, and what may not stand together."""

from typing import NamedTuple
from urllib.parse import urlsplit

from rag.adapters.hf import hub
from rag.adapters.place import is_loopback, place
from rag.errors import UsageError
from rag.settings import Settings


class Contact(NamedTuple):
    """A host that a setting would contact."""

    setting: str
    host: str
    """Host and port, without name and password."""

    @property
    def sends(self) -> str:
        """What goes there."""
        return "titles, ids and vectors" if self.setting == "store" else "texts"

    @property
    def local(self) -> bool:
        """Whether the host is this machine."""
        return is_loopback(urlsplit(f"//{self.host}").hostname or "")


def contacts(settings: Settings) -> tuple[Contact, ...]:
    """Return the hosts that would be contacted with these settings; none by default.

    Raises:
        UsageError: A setting names no model.
    """
    found: list[Contact] = []
    for setting, host in (("embedder", _embedder(settings)), ("llm", _llm(settings))):
        if host:
            found.append(Contact(setting, host))
    if settings.store != "embedded":
        found.append(Contact("store", urlsplit(settings.store).netloc))
    return tuple(found)


def hosts(settings: Settings) -> tuple[str, ...]:
    """Return their names, each once."""
    return tuple(dict.fromkeys(each.host for each in contacts(settings)))


def mixture(settings: Settings) -> str | None:
    """Return what is mixed: a model that was chosen to stay here beside one that sends texts away.

    Whoever names a local model wants no text to leave; the extractive answerer says nothing
    of the kind, since it is the default.
    """
    found = place(settings.llm)
    away = [each for each in contacts(settings) if not each.local]
    if found is None or not found.local or not away:
        return None
    named = ", ".join(f"{each.setting} sends {each.sends} to {each.host}" for each in away)
    return f"{found.spec} stays on this machine, but {named}"


def refuse_mixture(settings: Settings) -> None:
    """Refuse settings that mix local and hosted models.

    Raises:
        UsageError: They do, or name no model.
    """
    mixed = mixture(settings)
    if mixed:
        raise UsageError(
            f"{mixed}: choose a local embedder and store too, or a hosted model knowingly"
        )


def _embedder(settings: Settings) -> str | None:
    kind, _, rest = settings.embedder.partition(":")
    if kind == "openai":
        # Without the name and password that an address may hold.
        return urlsplit(rest.rpartition("@")[2]).netloc.rpartition("@")[2]
    return hub.host() if kind == "hub" else None


def _llm(settings: Settings) -> str | None:
    found = place(settings.llm)
    if found is None:
        return None
    if found.kind == "hf":
        return None if hub.local_folder(found.model.partition("@")[0]) else hub.host()
    return found.host
