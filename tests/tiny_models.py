"""Real encoders of a few thousand random weights, saved as the hub has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.speech import torchaudio_guard

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 64
"""Tokens that the tiny models can read."""
_MARKS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz:検索クエリ文書児童虐待保護議会傍聴子ども"


def tiny_encoder(folder: Path) -> Path:
    """A sentence encoder of sixteen dimensions, with mean pooling and no prefixes of its own."""
    torchaudio_guard.install()
    from transformers import BertModel

    parts = folder.parent / f"{folder.name}-parts"
    _tokenizer(parts)
    BertModel(_config()).save_pretrained(parts)
    from sentence_transformers import SentenceTransformer

    SentenceTransformer(str(parts), device="cpu", local_files_only=True).save_pretrained(
        str(folder)
    )
    return folder


def tiny_reranker(folder: Path) -> Path:
    """A classifier of one label, in the files that transformers writes."""
    torchaudio_guard.install()
    from transformers import BertForSequenceClassification

    _tokenizer(folder)
    BertForSequenceClassification(_config(num_labels=1)).save_pretrained(folder)
    return folder


def _config(**more: Any) -> Any:
    import torch
    from transformers import BertConfig

    torch.manual_seed(5)
    return BertConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=LONGEST,
        initializer_range=0.5,
        **more,
    )


def _tokenizer(folder: Path) -> None:
    from transformers import BertTokenizerFast

    folder.mkdir(parents=True)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(_vocabulary()), encoding="utf-8")
    BertTokenizerFast(str(vocabulary), model_max_length=LONGEST).save_pretrained(folder)


def _vocabulary() -> list[str]:
    letters = list(dict.fromkeys(_LETTERS))
    return [*_MARKS, *letters, *(f"##{letter}" for letter in letters)]
