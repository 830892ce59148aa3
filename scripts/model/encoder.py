"""The forward pass of a small BERT encoder on numpy: mean pooling, length one.

The weights are read as the publisher stores them (safetensors: a JSON head, then
the numbers), mapped into memory and never copied as a whole.
"""
import json
import mmap

import numpy

LAYER_NORM_EPSILON = 1e-12
HEAD_SIZE = 32


class Encoder:
    def __init__(self, weights_path):
        self.weights = read_safetensors(weights_path)
        self.dimensions = self.weights["embeddings.word_embeddings.weight"].shape[1]
        self.layers = 0
        while f"encoder.layer.{self.layers}.output.dense.weight" in self.weights:
            self.layers += 1

    def encode(self, tokens):
        """One text: a vector of length one. tokens: numbers, the two marks included."""
        states = self._embed(tokens)
        for layer in range(self.layers):
            states = self._layer(f"encoder.layer.{layer}.", states)
        vector = states.mean(axis=0)
        return vector / max(float(numpy.linalg.norm(vector)), 1e-12)

    def _embed(self, tokens):
        weights = self.weights
        states = weights["embeddings.word_embeddings.weight"][tokens]
        states = states + weights["embeddings.position_embeddings.weight"][: len(tokens)]
        states += weights["embeddings.token_type_embeddings.weight"][0]
        return self._norm("embeddings.LayerNorm.", states)

    def _layer(self, name, states):
        attended = self._dense(name + "attention.output.dense.", self._attend(name + "attention.self.", states))
        states = self._norm(name + "attention.output.LayerNorm.", attended + states)
        inner = gelu(self._dense(name + "intermediate.dense.", states))
        return self._norm(name + "output.LayerNorm.", self._dense(name + "output.dense.", inner) + states)

    def _attend(self, name, states):
        query, key, value = (self._heads(self._dense(f"{name}{part}.", states)) for part in ("query", "key", "value"))
        scores = query @ key.transpose(0, 2, 1) / numpy.float32(HEAD_SIZE**0.5)
        scores = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ value
        return mixed.transpose(1, 0, 2).reshape(len(states), -1)

    @staticmethod
    def _heads(states):
        return states.reshape(len(states), -1, HEAD_SIZE).transpose(1, 0, 2)

    def _dense(self, name, states):
        return states @ self.weights[name + "weight"].T + self.weights[name + "bias"]

    def _norm(self, name, states):
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = 1 / numpy.sqrt((centred * centred).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
        return centred * scale * self.weights[name + "weight"] + self.weights[name + "bias"]


def gelu(x):
    return x * numpy.float32(0.5) * (1 + erf(x / numpy.float32(2**0.5)))


def erf(x):
    """Abramowitz and Stegun 7.1.26: wrong by at most 1.5e-7, less than a float32 tells."""
    absolute = numpy.abs(x)
    t = 1 / (1 + numpy.float32(0.3275911) * absolute)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return numpy.sign(x) * (1 - series * numpy.exp(-absolute * absolute))


def read_safetensors(path):
    with open(path, "rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    head_bytes = int.from_bytes(data[:8], "little")
    head = json.loads(data[8:8 + head_bytes])
    tensors = {}
    for name, entry in head.items():
        if name == "__metadata__" or entry["dtype"] != "F32":
            continue
        start, end = entry["data_offsets"]
        flat = numpy.frombuffer(data, numpy.float32, (end - start) // 4, 8 + head_bytes + start)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors
