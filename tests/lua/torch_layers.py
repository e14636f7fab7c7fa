"""Computes what tests/lua/torch_layers_spec.lua asks for with PyTorch: reads a file of cases, writes one of results.

usage: torch_layers.py CASES.json IN.safetensors OUT.safetensors

A case is {"module": a Python expression, "shape": {height, width, channels}, {steps, features} or {features},
"training": whether it is in training, "ids": whether X holds ids from 1, "lengths", "mask", "hidden": what goes with X,
"carry": whether it has run on X before and goes on from there}. The tensors of case i are "i.X" and "i.dA",
a row an example's column, and its values "i.w.NAME" as the module's state_dict calls them; results are "i.A", "i.dX",
"i.g.NAME" and, where they moved, the kept values "i.w.NAME"; of a recurrent layer "i.state", too."""
import json
import struct
import sys
import warnings

import numpy as np
import torch
from torch import nn

TYPES = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "U8": np.uint8}


class Residual(nn.Sequential):
    """layers(x) + x, or + shortcut(x)."""

    def __init__(self, *layers, shortcut=None):
        super().__init__(*layers)
        self.plain = [str(i) for i in range(len(layers))]
        if shortcut is not None:
            self.shortcut = shortcut

    def forward(self, x):
        y = x
        for name in self.plain:
            y = self._modules[name](y)
        return y + (self.shortcut(x) if hasattr(self, "shortcut") else x)


class Merge(nn.Sequential):
    """`join` of the outputs of all layers, which files call "with"."""

    def __init__(self, *layers, join):
        super().__init__(*layers)
        self.plain = list(layers)
        self.add_module("with", join)

    def forward(self, x, **beside):
        return self._modules["with"](*[layer(x) for layer in self.plain], **beside)


class Slice(nn.Module):
    """Channels first to last, from 1; of a sequence, features."""

    def __init__(self, first, last):
        super().__init__()
        self.range = slice(first - 1, last)

    def forward(self, x):
        return x[..., self.range] if x.dim() == 3 else x[:, self.range]


class Reshape(nn.Module):
    """A vector as an image whose channels are the fastest."""

    def __init__(self, *sizes):
        super().__init__()
        self.sizes = sizes

    def forward(self, x):
        return x.reshape(-1, *self.sizes).permute(0, 3, 1, 2)


class Permute(nn.Module):
    """Axes from 1 in another order, as the example has them: those of an image are height, width and channels."""

    def __init__(self, *axes):
        super().__init__()
        self.axes = axes

    def forward(self, x):
        if x.dim() == 4:
            return x.permute(0, 2, 3, 1).permute(0, *self.axes).permute(0, 3, 1, 2)
        return x.permute(0, *self.axes)


class PositionalEncoding(nn.Module):
    """As PyTorch's tutorial of transformers has it, without dropout."""

    def __init__(self, n):
        super().__init__()
        self.n = n

    def forward(self, x):
        t = torch.arange(x.shape[1], dtype=torch.float64)[:, None]
        rates = 10000.0 ** (-torch.arange(0, self.n, 2, dtype=torch.float64) / self.n)
        table = torch.zeros(x.shape[1], self.n, dtype=torch.float64)
        table[:, 0::2] = torch.sin(t * rates)
        table[:, 1::2] = torch.cos(t * rates)[:, : self.n // 2]
        return x + table.to(x.dtype)


class Hardsigmoid(nn.Module):
    """nn.Hardsigmoid, whose own backward rounds 1 / 6 to float32."""

    def forward(self, x):
        return nn.functional.relu6(x + 3) / 6


class OverChannels(nn.Sequential):
    """A layer that works on the last axis, on the channels of an image."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class RMSNorm(nn.Module):
    """As nn.RMSNorm of later versions."""

    def __init__(self, size, eps=2.0**-23, elementwise_affine=True):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(size)) if elementwise_affine else None

    def forward(self, x):
        y = x / (x.square().mean(-1, keepdim=True) + self.eps).sqrt()
        return y if self.weight is None else y * self.weight


class Concat(nn.Sequential):
    """The channels of all its layers' outputs."""

    def forward(self, x):
        return torch.cat([layer(x) for layer in self], 1)


class Recurrent:
    """Outputs of (batch, steps, features) alone: of all steps, or of each direction's last one."""

    def __init__(self, *sizes, last=False, **settings):
        super().__init__(*sizes, batch_first=True, **settings)
        self.last = last

    def forward(self, x, lengths=None, state=None):
        packed = x if lengths is None else nn.utils.rnn.pack_padded_sequence(
            x, lengths, batch_first=True, enforce_sorted=False)
        out, self.state = super().forward(packed, state)
        if self.last:
            h = self.state[0] if isinstance(self.state, tuple) else self.state
            return torch.cat(list(h[-2:] if self.bidirectional else h[-1:]), 1)
        if lengths is not None:
            out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.shape[1])
        return out

    def detached(self):
        return tuple(h.detach() for h in self.state) if isinstance(self.state, tuple) else self.state.detach()

    def state_rows(self):
        """A row for each unit of each layer and direction, H and then C."""
        states = self.state if isinstance(self.state, tuple) else (self.state,)
        return torch.cat([h.permute(0, 2, 1).reshape(-1, h.shape[1]) for h in states])


class RNN(Recurrent, nn.RNN):
    pass


class LSTM(Recurrent, nn.LSTM):
    pass


class GRU(Recurrent, nn.GRU):
    pass


class PositionalEmbedding(nn.Embedding):
    """A learnt vector for each step of (batch, steps, features), added to it."""

    def forward(self, x):
        return x + super().forward(torch.arange(x.shape[1]))


def causal_mask(steps):
    return torch.ones(steps, steps, dtype=torch.bool).triu(1)


def padding(x, lengths):
    return None if lengths is None else torch.arange(x.shape[1]) >= lengths[:, None]


class MultiheadAttention(nn.MultiheadAttention):
    """Self-attention of (batch, steps, features), causal where asked, steps from lengths on being padding."""

    def __init__(self, *sizes, causal=False, **settings):
        super().__init__(*sizes, batch_first=True, **settings)
        self.causal = causal

    def forward(self, x, lengths=None, mask=None):
        mask = causal_mask(x.shape[1]) if self.causal else mask
        return super().forward(x, x, x, attn_mask=mask, key_padding_mask=padding(x, lengths))[0]


def of_steps(kind):
    """The kind of module of (batch, features, steps), for (batch, steps, features)."""

    class Steps(kind):
        def forward(self, x):
            return super().forward(x.transpose(1, 2)).transpose(1, 2)

    return Steps


Conv1d, ConvTranspose1d, InstanceNorm1d = of_steps(nn.Conv1d), of_steps(nn.ConvTranspose1d), of_steps(nn.InstanceNorm1d)
MaxPool1d, AvgPool1d = of_steps(nn.MaxPool1d), of_steps(nn.AvgPool1d)
AdaptiveAvgPool1d, AdaptiveMaxPool1d = of_steps(nn.AdaptiveAvgPool1d), of_steps(nn.AdaptiveMaxPool1d)
Upsample, ConstantPad1d = of_steps(nn.Upsample), of_steps(nn.ConstantPad1d)
ReflectionPad1d, ReplicationPad1d = of_steps(nn.ReflectionPad1d), of_steps(nn.ReplicationPad1d)


class Padded(nn.Module):
    """nn.functional.pad, of sequences along their steps."""

    def __init__(self, padding, mode):
        super().__init__()
        self.padding, self.mode = padding, mode

    def forward(self, x):
        x = x.transpose(1, 2) if x.dim() == 3 else x
        x = nn.functional.pad(x, self.padding, self.mode)
        return x.transpose(1, 2) if x.dim() == 3 else x


class Shuffled(nn.Module):
    """nn.ChannelShuffle, which has no gradient in this version."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)


class Pair(nn.Sequential):
    """A layer of two inputs that leaves out the axis it works on, which is one channel here."""

    def forward(self, x, y):
        return self[0](x, y).unsqueeze(1 if x.dim() == 4 else -1) if x.dim() != 3 else self.of_steps(x, y)

    def of_steps(self, x, y):
        pair = self[0](x.reshape(-1, x.shape[-1]), y.reshape(-1, x.shape[-1]))
        return pair.reshape(x.shape[0], x.shape[1], 1)


class CrossAttention(nn.MultiheadAttention):
    """Attention of the first input to the second."""

    def __init__(self, *sizes, **settings):
        super().__init__(*sizes, batch_first=True, **settings)

    def forward(self, x, memory, lengths=None):
        return super().forward(x, memory, memory, key_padding_mask=padding(memory, lengths))[0]


class TransformerDecoderLayer(nn.TransformerDecoderLayer):
    """The same, of (batch, steps, features); lengths are the memory's, the mask is that of the target."""

    def __init__(self, *sizes, causal=False, **settings):
        super().__init__(*sizes, batch_first=True, **settings)
        self.causal = causal

    def forward(self, x, memory, lengths=None, mask=None):
        mask = causal_mask(x.shape[1]) if self.causal else mask
        return super().forward(x, memory, tgt_mask=mask, memory_key_padding_mask=padding(memory, lengths))


class Decoders(nn.Sequential):
    """Decoders, all of which get the memory."""

    def forward(self, x, memory):
        for layer in self:
            x = layer(x, memory)
        return x


class TransformerEncoderLayer(nn.TransformerEncoderLayer):
    """The same, of (batch, steps, features), without its fast path, which refuses some settings."""

    def __init__(self, *sizes, causal=False, **settings):
        super().__init__(*sizes, batch_first=True, **settings)
        self.causal = causal

    def forward(self, x, lengths=None, mask=None):
        mask = causal_mask(x.shape[1]) if self.causal else mask
        return super().forward(x, src_mask=mask, src_key_padding_mask=padding(x, lengths))


def read(path):
    data = open(path, "rb").read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    out = {}
    for name, t in header.items():
        begin, end = (8 + length + offset for offset in t["data_offsets"])
        array = np.frombuffer(data[begin:end], dtype=TYPES[t["dtype"]]).reshape(t["shape"])
        out[name] = torch.from_numpy(array.copy())
    return out


def write(path, tensors, dtype="<f8"):
    """Counts as int64, all others as dtype."""
    header, blobs, offset = {}, [], 0
    for name, tensor in tensors.items():
        array = tensor.detach().contiguous().numpy()
        array = array.astype("<i8" if array.dtype == np.int64 else dtype)
        blob = array.tobytes()
        kind = {"<i8": "I64", "<f4": "F32", "<f8": "F64"}[array.dtype.str]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def to_torch(columns, shape):
    """(elements, m) here to (m, channels, height, width), (m, steps, features) or (m, features) there."""
    x = columns.t().reshape([columns.shape[1]] + shape)
    return x.permute(0, 3, 1, 2).contiguous() if len(shape) == 3 else x


def to_columns(x):
    x = x.permute(0, 2, 3, 1) if x.dim() == 4 else x
    return x.reshape(x.shape[0], -1).t()


def shape_of(x):
    return list(x.shape[1:]) if x.dim() != 4 else [x.shape[2], x.shape[3], x.shape[1]]


def run(case, tensors, i, results):
    prefix = "%d.w." % i
    X = to_torch(tensors["%d.X" % i], case["shape"])
    module = eval(case["module"]).to(X.dtype)  # an expression of the test's own
    state = {k[len(prefix):]: v for k, v in tensors.items() if k.startswith(prefix)}
    expected = module.state_dict()
    module.load_state_dict({k: v.reshape(expected[k].shape) if k in expected else v for k, v in state.items()})
    module.train(case["training"])
    if case.get("ids"):
        X = X.long() - 1
    else:
        X.requires_grad_(True)
    beside = {}
    if "lengths" in case:
        beside["lengths"] = torch.tensor(case["lengths"])
    if "mask" in case:
        beside["mask"] = torch.tensor(case["mask"]).to(X.dtype)
    if "hidden" in case:
        beside["mask"] = torch.tensor(case["hidden"]) != 0
    if case.get("carry"):
        module(X, **beside)
        beside["state"] = module.detached()
    A = module(X, **beside)
    if isinstance(module, Recurrent):
        results["%d.state" % i] = module.state_rows()
    dA = to_torch(tensors["%d.dA" % i], shape_of(A)).to(A.dtype)
    A.backward(dA)
    results["%d.A" % i] = to_columns(A)
    if X.grad is not None:
        results["%d.dX" % i] = to_columns(X.grad)
    for name, parameter in module.named_parameters():
        results["%d.g.%s" % (i, name)] = parameter.grad.reshape(parameter.shape[0], -1)
    for name, value in module.named_buffers():
        results["%d.w.%s" % (i, name)] = value.reshape(-1, 1)


def main():
    cases = json.load(open(sys.argv[1]))
    tensors, results = read(sys.argv[2]), {}
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")  # of convolutions that copy their input
    for i, case in enumerate(cases):
        run(case, tensors, i, results)
    write(sys.argv[3], results)


if __name__ == "__main__":
    main()
