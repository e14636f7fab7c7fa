"""A GPT of PyTorch's layers, for tests/lua/torch_gpt_spec.lua: torch_gpt.py WEIGHTS.safetensors OUTPUTS.safetensors.

Its head works with the weight of its embedding, and its state_dict has that weight under both names."""
import sys

import torch
from torch import nn
from torch_layers import causal_mask, to_columns, write

IDS, STEPS, CHANNELS, EXAMPLES = 11, 7, 8, 3


class Places(nn.Embedding):
    def forward(self, x):
        return x + self.weight[: x.shape[1]]


def main():
    torch.manual_seed(3)
    layer = {"dim_feedforward": 12, "dropout": 0, "activation": "gelu", "batch_first": True}
    net = nn.Sequential(
        nn.Embedding(IDS, CHANNELS),
        Places(10, CHANNELS),
        nn.TransformerEncoderLayer(CHANNELS, 2, norm_first=True, **layer),
        nn.TransformerEncoderLayer(CHANNELS, 4, norm_first=False, **layer),
        nn.LayerNorm(CHANNELS),
        nn.Linear(CHANNELS, IDS),
    )
    net[5].weight = net[0].weight
    for parameter in net.parameters():
        nn.init.normal_(parameter, 0.1, 0.5)
    ids = torch.randint(IDS, (EXAMPLES, STEPS))
    x = net[1](net[0](ids))
    for block in net[2:4]:
        x = block(x, causal_mask(STEPS))
    write(sys.argv[1], net.state_dict(), "<f4")
    write(sys.argv[2], {"X": ids.t() + 1.0, "A": to_columns(net[5](net[4](x)))})


main()
