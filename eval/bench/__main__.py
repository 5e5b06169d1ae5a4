"""List the benchmarks: ``python -m eval.bench``; each is run by a command of its own."""

from importlib import import_module

BENCHES = (
    *(
        "ingest",
        "ask",
        "trace",
        "rivals",
        "reading",
        "pointing",
        "sentences",
        "crash",
        "resume",
        "corruption",
    ),
    *("damage", "contention", "removal", "publishing", "server", "growth"),
    *("exports", "fuzz", "identity", "page", "readers", "roundtrip"),
)


def main() -> None:
    """Print what each benchmark measures and how it is called."""
    for name in BENCHES:
        module = import_module(f"eval.bench.{name}")
        print(f"python -m eval.bench.{name}\n{module.__doc__}")


if __name__ == "__main__":
    main()
