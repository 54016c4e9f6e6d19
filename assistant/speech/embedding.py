"""What a voice is like, as a direction in space: CAM++.

Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware
Masking" (Interspeech 2023), as 3D-Speaker trained it on Chinese and English voices. Module names
follow the published weights.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from assistant.model import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.model import FloatArray
    from assistant.speech.workers import Workers

    Doubles = NDArray[np.float64]
    IntArray = NDArray[np.intp]

DIMENSIONS = 192
"""Length of an embedding."""
HOPS_PER_SECOND = 100
"""Feature frames per second; windows start and end on this grid."""

_HOP = SAMPLE_RATE // HOPS_PER_SECOND
_FRAME = 400
_FFT = 512
_MELS = 80
_BATCH = 16


class Embedder:
    """The network at `weights`, run by `workers`."""

    def __init__(self, weights: Path, workers: Workers) -> None:
        self._network = CAMPlusPlus()
        self._network.load_state_dict(torch.load(weights, weights_only=True, map_location="cpu"))
        self._network.eval()
        self._workers = workers

    def embed(self, samples: FloatArray, windows: FloatArray) -> FloatArray:
        """The voice in each window.

        `samples` has shape (n,); `windows` (w, 2) holds start and end in seconds. A window that
        reaches past the end of `samples` is moved back.

        Returns shape (w, DIMENSIONS), each row of length 1.
        """
        if not len(windows):
            return np.zeros((0, DIMENSIONS), np.float32)
        available = max(0, (len(samples) - _FRAME) // _HOP) + 1
        starts = np.round(windows[:, 0] * HOPS_PER_SECOND).astype(int)
        lengths = np.round((windows[:, 1] - windows[:, 0]) * HOPS_PER_SECOND).astype(int)
        starts = np.minimum(starts, available - lengths).clip(0)
        batches = _batches(lengths)
        found = self._workers.map(
            lambda rows: self._voices(samples, starts[rows], int(lengths[rows[0]])), batches
        )
        voices: FloatArray = np.zeros((len(windows), DIMENSIONS), np.float32)
        for rows, result in zip(batches, found, strict=True):
            voices[rows] = result
        voices /= np.linalg.norm(voices, axis=1, keepdims=True).clip(1e-9)
        return voices

    def _voices(self, samples: FloatArray, starts: IntArray, length: int) -> FloatArray:
        size = (length - 1) * _HOP + _FRAME
        sounds = [samples[at * _HOP : at * _HOP + size] for at in starts]
        padded = np.stack([np.pad(sound, (0, size - len(sound))) for sound in sounds])
        features = log_mel(torch.from_numpy(padded))
        voices: FloatArray = self._network(features - features.mean(1, keepdim=True)).numpy()
        return voices


def _batches(lengths: IntArray) -> list[IntArray]:
    """Rows of equal length, `_BATCH` at a time."""
    batches: list[IntArray] = []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        batches += [rows[i : i + _BATCH] for i in range(0, len(rows), _BATCH)]
    return batches


def log_mel(sounds: Tensor) -> Tensor:
    """Kaldi's log-mel filter bank: 80 bins, 25 ms every 10 ms, Povey window, no dither.

    `sounds` has shape (batch, samples); gives (batch, frames, 80).
    """
    frames = sounds.unfold(1, _FRAME, _HOP)
    frames = frames - frames.mean(2, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=2)
    window = torch.hann_window(_FRAME, periodic=False) ** 0.85
    power: Tensor = torch.fft.rfft((frames - 0.97 * before) * window, _FFT).abs() ** 2
    energy = power @ _mel_bank()
    return energy.clamp_min(torch.finfo(torch.float32).eps).log()


@cache
def _mel_bank() -> Tensor:
    """Triangles between 20 Hz and 8 kHz, evenly spaced in mel: shape (_FFT // 2 + 1, _MELS)."""
    edges = np.linspace(_mel(np.array(20.0)), _mel(np.array(8000.0)), _MELS + 2)[:, None]
    bins = _mel(np.arange(_FFT // 2) * SAMPLE_RATE / _FFT)
    low, centre, high = edges[:-2], edges[1:-1], edges[2:]
    bank = np.minimum((bins - low) / (centre - low), (high - bins) / (high - centre)).clip(0)
    return torch.from_numpy(np.pad(bank.T, ((0, 1), (0, 0))).astype(np.float32))


def _mel(hertz: Doubles) -> Doubles:
    mel: Doubles = 1127 * np.log(1 + hertz / 700)
    return mel


class CAMPlusPlus(nn.Module):
    """Features (batch, frames, 80), mean removed, to embeddings (batch, DIMENSIONS).

    For inference only: normalisation is folded into the convolutions, and inside the dense blocks
    channels come first, so that each layer is one product of large matrices.
    """

    def __init__(self) -> None:
        super().__init__()
        self.head = _Front()
        layers = OrderedDict[str, nn.Module](tdnn=_TimeDelay(self.head.channels, 128))
        channels = 128
        for number, (depth, dilation) in enumerate([(12, 1), (24, 2), (16, 2)], 1):
            layers[f"block{number}"] = _Dense(channels, depth, dilation)
            channels += depth * _GROWTH
            layers[f"transit{number}"] = _Transit(channels, channels // 2)
            channels //= 2
        layers["out_nonlinear"] = _Normalised(channels)
        layers["stats"] = _Statistics()
        layers["dense"] = _Projection(2 * channels, DIMENSIONS)
        self.xvector = nn.Sequential(layers)

    def forward(self, features: Tensor) -> Tensor:
        voices: Tensor = self.xvector(self.head(features.transpose(1, 2)))
        return voices


_GROWTH = 32
"""Channels that each layer of a dense block adds."""


class _Front(nn.Module):
    """A small residual network over time and frequency; frequency shrinks to an eighth."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.conv1, self.bn1 = _convolution(1, width), nn.BatchNorm2d(width)
        self.layer1 = nn.Sequential(_Residual(width, 2), _Residual(width, 1))
        self.layer2 = nn.Sequential(_Residual(width, 2), _Residual(width, 1))
        self.conv2, self.bn2 = _convolution(width, width, 2), nn.BatchNorm2d(width)
        self.channels = width * (_MELS // 8)

    def forward(self, spectrum: Tensor) -> Tensor:
        """(batch, bands, frames) to channels first: (channels, batch, frames)."""
        x = spectrum[:, None].contiguous(memory_format=torch.channels_last)
        x = _folded(self.conv1, self.bn1, x).relu_()
        x = _folded(self.conv2, self.bn2, self.layer2(self.layer1(x))).relu_()
        return x.flatten(1, 2).transpose(0, 1)


class _Residual(nn.Module):
    def __init__(self, width: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = _convolution(width, width, stride), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = _convolution(width, width), nn.BatchNorm2d(width)
        shrink = nn.Conv2d(width, width, 1, stride=(stride, 1), bias=False)
        self.shortcut = nn.Sequential(*([shrink, nn.BatchNorm2d(width)] if stride > 1 else []))

    def forward(self, x: Tensor) -> Tensor:
        inner = _folded(self.conv2, self.bn2, _folded(self.conv1, self.bn1, x).relu_())
        around = _folded(self.shortcut[0], self.shortcut[1], x) if len(self.shortcut) else x
        return inner.add_(around).relu_()


class _TimeDelay(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, width, 5, stride=2, padding=2, bias=False)
        self.nonlinear = _Normalised(width)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.nonlinear(self.linear(x.transpose(0, 1)).transpose(0, 1))
        return y


class _Dense(nn.Sequential):
    """Every layer sees what all before it found."""

    def __init__(self, channels: int, depth: int, dilation: int) -> None:
        layers = (_DenseLayer(channels + i * _GROWTH, dilation) for i in range(depth))
        super().__init__(OrderedDict((f"tdnnd{i}", layer) for i, layer in enumerate(layers, 1)))

    def forward(self, x: Tensor) -> Tensor:
        known, batch, frames = x.shape
        seen = x.new_empty(known + len(self) * _GROWTH, batch, frames)
        seen[:known] = x
        for layer in self:
            seen[known : known + _GROWTH] = layer(seen[:known])
            known += _GROWTH
        return seen


class _DenseLayer(nn.Module):
    def __init__(self, channels: int, dilation: int, width: int = 4 * _GROWTH) -> None:
        super().__init__()
        self.nonlinear1 = _Normalised(channels)
        self.linear1 = nn.Conv1d(channels, width, 1, bias=False)
        self.nonlinear2 = _Normalised(width)
        self.cam_layer = _ContextMask(width, dilation)

    def forward(self, x: Tensor) -> Tensor:
        scale, shift = _affine(self.nonlinear2.batchnorm)
        weight = self.linear1.weight[..., 0] * scale[:, None]
        narrow = torch.addmm(shift[:, None], weight, self.nonlinear1(x).flatten(1)).relu_()
        y: Tensor = self.cam_layer(narrow.view(-1, *x.shape[1:]))
        return y


class _ContextMask(nn.Module):
    """Weighs channels by what the window, and each second of it, sounds like on the whole."""

    def __init__(self, width: int, dilation: int) -> None:
        super().__init__()
        self.linear_local = nn.Conv1d(
            width, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False
        )
        self.linear1 = nn.Conv1d(width, width // 2, 1)
        self.linear2 = nn.Conv1d(width // 2, _GROWTH, 1)

    def forward(self, x: Tensor, second: int = 100) -> Tensor:
        context = x.mean(2, keepdim=True) + F.avg_pool1d(x, second, second, ceil_mode=True)
        mask = self.linear2(self.linear1(context.transpose(0, 1)).relu_()).sigmoid_()
        mask = mask.transpose(0, 1).repeat_interleave(second, 2)[..., : x.shape[2]]
        masked: Tensor = self._local(x).mul_(mask)
        return masked

    def _local(self, x: Tensor) -> Tensor:
        """The convolution over time as one matrix product and two shifted sums."""
        shift = int(self.linear_local.dilation[0])
        taps = self.linear_local.weight.permute(2, 0, 1).flatten(0, 1)
        before, here, after = (taps @ x.flatten(1)).view(3, _GROWTH, *x.shape[1:]).unbind()
        here[..., shift:] += before[..., :-shift]
        here[..., :-shift] += after[..., shift:]
        return here


class _Transit(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.nonlinear = _Normalised(channels)
        self.linear = nn.Conv1d(channels, width, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear.weight[..., 0] @ self.nonlinear(x).flatten(1)
        return y.view(-1, *x.shape[1:])


class _Statistics(nn.Module):
    """(channels, batch, frames) to (batch, 2 x channels): mean and deviation over time."""

    def forward(self, x: Tensor) -> Tensor:
        deviation = x.std(2) if x.shape[2] > 1 else torch.full_like(x[..., 0], 1e-2)
        return torch.cat([x.mean(2), deviation]).T


class _Projection(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.linear = nn.Conv1d(channels, width, 1, bias=False)
        self.nonlinear = _Normalised(width, learned=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.nonlinear((x @ self.linear.weight[..., 0].T).T[..., None]).squeeze(2)
        return y.T


class _Normalised(nn.Module):
    """Batch normalisation, then a rectifier; channels come first."""

    def __init__(self, channels: int, *, learned: bool = True) -> None:
        super().__init__()
        self.batchnorm = nn.BatchNorm1d(channels, affine=learned)

    def forward(self, x: Tensor) -> Tensor:
        scale, shift = _affine(self.batchnorm)
        return x.mul(scale[:, None, None]).add_(shift[:, None, None]).relu_()


def _convolution(channels: int, width: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(channels, width, 3, stride=(stride, 1), padding=1, bias=False)


def _folded(convolution: Any, norm: Any, x: Tensor) -> Tensor:
    """The convolution with its normalisation, as one."""
    scale, shift = _affine(norm)
    weight = convolution.weight * scale[:, None, None, None]
    stride, padding = convolution.stride, convolution.padding
    return F.conv2d(x, weight, shift, stride, padding)


def _affine(norm: nn.BatchNorm1d | nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """What a trained normalisation does to each channel: a scale and a shift."""
    # Either pair may be None to torch's stubs; a trained normalisation has its statistics.
    state: dict[str, Tensor] = norm.state_dict()
    scale = (state["running_var"] + norm.eps).rsqrt() * state.get("weight", 1)
    return scale, state.get("bias", 0) - state["running_mean"] * scale
