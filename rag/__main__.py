"""Run ``python -m rag`` as ``attest``."""

from rag.cli import main

if __name__ == "__main__":
    main()
